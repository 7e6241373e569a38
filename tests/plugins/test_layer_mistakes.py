"""Mistakes in layers and losses that others have made or are likely to make: the references find every one.

Each is a built-in class with one thing wrong: a line of its method in another way, or a method. That a line is
there once, or more often, is asserted, so that no mistake is empty.
"""

import importlib
import inspect
import json
from pathlib import Path

import pytest
import ravine_plugins
from ravine import registry
from ravine.testing.references import layer, loss

FOLDER = Path(ravine_plugins.__file__).parent / "references"
COMPARED = {"layer": layer.differences, "loss": loss.differences}

MISTAKES = {
    # kind, name: what is in the code, what stands there instead
    "layer leaky_relu": [("self.slope * dy", "dy"), ("x > 0, dy", "x >= 0, dy"), ("self.slope * x", "-self.slope * x")],
    "layer elu": [("self.alpha * np.expm1(below)", "np.expm1(below)"), ("self.alpha * np.exp(below)", "y"),
                  ("x > 0, 1", "x >= 0, 1")],
    "layer selu": [("dy * (SCALE", "dy * (1"), ("ALPHA * np.exp(", "np.exp("), ("SCALE * np.where(x > 0, x, ", "np.where(x > 0, SCALE * x, ")],
    "layer gelu": [("x * np.exp(-0.5 * x * x)", "np.exp(-0.5 * x * x)"), ("phi = normal_cdf(x)", "phi = 1 / (1 + np.exp(-1.702 * x))"),
                   ("math.sqrt(2 * math.pi)", "(2 * math.pi)")],
    "layer gelu_tanh": [("0.044715 * x * x * x", "0.0044715 * x * x * x"), ("1 + 3 * 0.044715", "1 + 0.044715"), ("2 / math.pi", "2 * math.pi")],
    "layer silu": [("dy * s * (1 + x * (1 - s))", "dy * s * (1 - s)"), ("x * (1 - s)", "(1 - s)")],
    "layer softplus": [("np.logaddexp(x, 0)", "np.log1p(np.exp(x))"), ("dy * logistic(x)", "dy * (x > 0)")],
    "layer softsign": [("dy / size / size", "dy / size"), ("np.abs(x)", "x")],
    "layer mish": [("x * (1 - t * t)", "(1 - t * t)"), ("* logistic(x)", ""), ("1 - t * t", "1 - t")],
    "layer prelu": [("np.minimum(x, 0)", "x"), ("sums_by_channel(dy", "np.mean(dy"), ("x > 0, dy", "x >= 0, dy")],
    "layer maxout": [("x.reshape(len(x), -1, self.pieces, *x.shape[2:])", "x.reshape(len(x), self.pieces, -1, *x.shape[2:]).swapaxes(1, 2)"),
                     ("pieces.argmax(", "pieces.shape[2] - 1 - pieces[:, :, ::-1].argmax(")],
    "layer layer_norm": [("tuple(range(1, x.ndim))", "-1"), ("back(dy * p.gamma)", "back(dy)"), ("self.eps)", "0)")],
    "layer rms_norm": [("self.eps)", "0)"), ("dx_hat - x_hat * (dx_hat * x_hat).mean(axis=axes, keepdims=True)", "dx_hat"),
                       ("np.square(x).mean(axis=axes, keepdims=True)", "x.var(axis=axes, keepdims=True)")],
    "layer group_norm": [("self.groups, -1)", "-1, x.shape[1] // self.groups)"), ("dy * gamma", "dy"), ("(dy * x_hat)", "(dy * x)")],
    "layer standardized_affine": [("p.W, 0,", "p.W, 1,"), ("to_weight(p.grad.W)", "p.grad.W"), ("self.eps)", "0.1)")],
    "layer standardized_conv2d": [("(0, 1, 2)", "(1, 2)"), ("to_weight(p.grad.W)", "p.grad.W"), ("(0, 1, 2)", "(0, 1, 2, 3)")],
    "layer max_pool": [("given = left * (seen == y)", "given = dy * (seen == y)"), ("into += given", "into[...] = given"), ("np.maximum(y", "np.minimum(y")],
    "layer average_pool": [("into += share", "into[...] = share"), ("dy / math.prod(self.size)", "dy"),
                           ("/ math.prod(self.size)\n\n", "/ math.prod(self.steps)\n\n")],
    "layer global_average_pool": [(" / places", ""), ("x.mean(", "x.sum(")],
    "layer spatial_dropout": [("(*x.shape[:2], *(1 for _ in x.shape[2:]))", "(len(x), *(1 for _ in x.shape[1:]))"), ("1 / (1 - self.ratio)", "1"), (">= self.ratio", "< self.ratio")],
    "layer stochastic_depth": [("1 / (1 - self.ratio)", "1"), (">= self.ratio", "< self.ratio"), ("return x, lambda dy, need_dx=True: dy", "return x * (1 - self.ratio), lambda dy, need_dx=True: dy")],
    "layer drop_connect": [("p.grad.W *= mask", "pass"), ("1 / (1 - self.ratio)", "1"), ("W=p.W * mask", "W=p.W")],
    "layer reshape": [("x.reshape(len(x), *self.shape)", "x.reshape(len(x), *self.shape, order='F')")],
    "loss huber": [("0.5 * within", "within"), ("within / error.size", "error / error.size"), ("/ error.size", "/ len(y)")],
    "loss mean_absolute_error": [(".mean()", ".sum() / len(y)"), ("error.size", "len(y)")],
    "loss binary_cross_entropy": [("(logistic(y) - t) / y.size", "(logistic(y) - t) / len(y)"), ("each.mean()", "each.sum() / len(y)"),
                                  ("np.logaddexp(-y, 0)", "-np.log(logistic(y) + 1e-7)")],
    "loss hinge": [("1 + np.take_along_axis(y, rival, axis=1)", "1 + y.max(axis=1, keepdims=True)"), ("margins = 1 +", "margins = "),
                   ("np.add.at(dy, (rows[:, None], rival), missed)", "dy[rows[:, None], rival] += missed")],
    "loss focal": [("q**self.gamma", "p**self.gamma"), ("self.gamma * np.divide", "np.divide"), ("dz - p * dz.sum(axis=1, keepdims=True)", "dz - p")],
}  # fmt: skip

# What lies in a file that layers share: the file, and the layer that shows it.
SHARED = {
    ("_convolution", "conv2d"): [
        ("written[...] = of_block", "written[...] = of_block[:, :, ::-1, ::-1]"),  # a convolution turned round
        ("+= written[", "= written["),
        (
            "p.grad.W[...] = dW.reshape(self.channels, -1).T.reshape(p.W.shape)",
            "p.grad.W[...] = dW.reshape(self.channels, -1).T.reshape(p.W.shape) / len(x)",
        ),
        ("view[:, :, block] += written", "view[:, :, block] += 0 * written"),
        ("y += p.b.reshape(*y.shape[:2]", "y += 0 * p.b.reshape(*y.shape[:2]"),
        ("slice(pad, pad + n)", "slice(0, n)"),
    ],
}


def numbers(kind, name):
    return json.loads((FOLDER / kind / f"{name}.json").read_text("utf-8"))["sources"]


def found(kind, component_of, name):
    """Whether some source that the right one agrees with is off."""
    for source in numbers(kind, name):
        if not source["differs"]:
            try:
                apart = COMPARED[kind](component_of(source["fields"]), source)
            except (ValueError, TypeError, FloatingPointError):
                return True
            if not max(apart.values()) <= 1e-9:
                return True
    return False


def changed(module, line, instead, name):
    """The class of a module in which one line is another."""
    source = inspect.getsource(module)
    assert line in source, line
    own = dict(vars(module))
    exec(compile(source.replace(line, instead), f"{name}, {instead}", "exec"), own)
    return own


@pytest.mark.parametrize(
    ("kind", "name", "line", "instead"),
    [
        pytest.param(*key.split(), *mistake, id=f"{key}: {mistake[1].strip() or 'nothing'}")
        for key, mistakes in MISTAKES.items()
        for mistake in mistakes
    ],
)
def test_a_mistake_is_found_by_the_references(kind, name, line, instead):
    cls = registry.load().get(kind, name)
    wrong = changed(importlib.import_module(cls.__module__), line, instead, name)[cls.__name__]
    assert found(kind, lambda fields: _made(wrong, fields), name)


@pytest.mark.parametrize(
    ("file", "name", "line", "instead"),
    [
        pytest.param(*key, *mistake, id=f"{key[0]}: {mistake[1]}")
        for key, made in SHARED.items()
        for mistake in made
    ],
)
def test_a_mistake_in_what_is_shared_is_found(file, name, line, instead):
    cls = registry.load().get("layer", name)
    own = changed(importlib.import_module(f"ravine_plugins.layers.{file}"), line, instead, name)
    base = next(base for base in cls.__mro__ if base.__module__.endswith(file))
    wrong = type(
        cls.__name__,
        (cls,),
        {
            "forward": own[base.__name__].forward,
            "_padded": own[base.__name__]._padded,
            "_blocks": own[base.__name__]._blocks,
        },
    )
    assert found("layer", lambda fields: _made(wrong, fields), name)


def _made(cls, fields):
    return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})
