"""Make the references of transforms: what other libraries' wrappers make of gradient descent with the rate 1/16.

Run by hand, with the interpreter of ``optimizers.py``:

    KERAS_BACKEND=jax JAX_ENABLE_X64=1 python tests/golden/transforms.py
"""

from importlib import metadata

import jax
import keras
import numpy as np
import optax
import optax.contrib
import optimizers
import pytorch_optimizer
import torch
import torch_optimizer
from optimizers import split, timm
from ravine.testing.references.rule import SHAPES, START
from torch.optim import swa_utils

RATE = 1 / 16
VERSIONS = {
    "torch": torch.__version__.partition("+")[0],
    "optax": optax.__version__,
    "keras": keras.__version__,
}


def leaves():
    return {name: torch.tensor(array, requires_grad=True) for name, array in split(START).items()}


def gradients(parameters, problem, t):
    """Put the gradient of a problem into parameters of PyTorch."""
    _, g = problem(optimizers.flat(leaf.detach() for leaf in parameters.values()), t)
    for leaf, array in zip(parameters.values(), split(g).values(), strict=True):
        leaf.grad = torch.tensor(array)


def copies(parameters):
    return {name: leaf.detach().numpy().copy() for name, leaf in parameters.items()}


def clipped(clip):
    """PyTorch's descent; ``clip`` changes the gradients of all parameters."""

    def make():
        parameters = leaves()
        descent = torch.optim.SGD(parameters.values(), lr=RATE)

        def step(problem, t):
            gradients(parameters, problem, t)
            clip([*parameters.values()])
            descent.step()
            return copies(parameters)

        return step

    return make


def averaged(average):
    """PyTorch's descent, judged at what one of its averages has."""

    def make():
        module = torch.nn.Module()
        for name, leaf in leaves().items():
            module.register_parameter(name, torch.nn.Parameter(leaf.detach()))
        model = average(module)
        parameters = dict(module.named_parameters())
        descent = torch.optim.SGD(parameters.values(), lr=RATE)

        def step(problem, t):
            gradients(parameters, problem, t)
            descent.step()
            model.update_parameters(module)
            return copies(dict(model.module.named_parameters()))

        return step

    return make


def wrapped(wrap, slow=False):
    """PyTorch's descent in another optimizer; with ``slow``, what it has after every fifth step is what counts."""

    def make():
        parameters = leaves()
        optimizer = wrap([*parameters.values()])
        held = [copies(parameters)]

        def step(problem, t):
            gradients(parameters, problem, t)
            optimizer.step()
            if not slow or t % 5 == 0:
                held[0] = copies(parameters)
            return held[0]

        return step

    return make


def sam(cls):
    """SAM in two steps: to the point where the loss is nearly the largest, and back with its gradient."""

    def make():
        parameters = leaves()
        optimizer = cls([*parameters.values()], torch.optim.SGD, lr=RATE, rho=0.05)

        def step(problem, t):
            gradients(parameters, problem, t)
            optimizer.first_step()
            gradients(parameters, problem, t)
            optimizer.second_step()
            return copies(parameters)

        return step

    return make


def chained(*parts):
    """Optax's chain of transformations before its descent."""
    return lambda: optimizers.optax_rule(lambda: optax.chain(*parts, optax.sgd(RATE)))


def gathered(every):
    return lambda: optimizers.optax_rule(
        lambda: optax.MultiSteps(optax.sgd(RATE), every).gradient_transformation()
    )


def torch_gathered(every):
    """PyTorch's descent, where gradients are added up until there is a step."""
    parameters = leaves()
    descent = torch.optim.SGD(parameters.values(), lr=RATE)

    def step(problem, t):
        so_far = {name: leaf.grad for name, leaf in parameters.items()}
        gradients(parameters, problem, t)
        for name, leaf in parameters.items():
            leaf.grad = leaf.grad / every + (0 if so_far[name] is None else so_far[name])
        if t % every == 0:
            descent.step()
            descent.zero_grad()
        return copies(parameters)

    return step


def lookahead():
    """Optax's Lookahead, judged at its slow weights."""
    rule = optax.lookahead(optax.sgd(RATE), sync_period=5, slow_step_size=0.5)
    first = {name: jax.numpy.array(array) for name, array in split(START).items()}
    held = {"theta": optax.LookaheadParams.init_synced(first)}
    held["state"] = rule.init(held["theta"])

    def step(problem, t):
        fast = held["theta"].fast
        g = split(problem(optimizers.flat(fast[name] for name in SHAPES), t)[1])
        g = {name: jax.numpy.array(array) for name, array in g.items()}
        updates, held["state"] = rule.update(g, held["state"], held["theta"])
        held["theta"] = optax.apply_updates(held["theta"], updates)
        return {name: np.array(held["theta"].slow[name]) for name in SHAPES}

    return step


def keras_descent(**kwargs):
    return lambda: optimizers.keras_rule(keras.optimizers.SGD, learning_rate=RATE, **kwargs)


def constrained(constraint, epsilon):
    """Keras' descent of matrices with a constraint of their columns."""

    def make():
        theta = {name: keras.Variable(array, dtype="float64") for name, array in split(START).items()}
        optimizer = keras.optimizers.SGD(learning_rate=RATE)
        optimizer.build([*theta.values()])

        def step(problem, t):
            _, g = problem(optimizers.flat(variable.numpy() for variable in theta.values()), t)
            optimizer.apply([*split(g).values()])
            keras.config.set_epsilon(epsilon)
            for variable in theta.values():
                if len(variable.shape) > 1:
                    variable.assign(constraint(variable))
            return {name: variable.numpy().copy() for name, variable in theta.items()}

        return step

    return make


def renormed():
    """PyTorch's descent of matrices whose columns are renormed."""
    parameters = leaves()
    descent = torch.optim.SGD(parameters.values(), lr=RATE)

    def step(problem, t):
        gradients(parameters, problem, t)
        descent.step()
        with torch.no_grad():
            for leaf in parameters.values():
                if leaf.ndim > 1:
                    leaf.copy_(torch.renorm(leaf, p=2, dim=1, maxnorm=0.5))
        return copies(parameters)

    return step


class FromStart(swa_utils.AveragedModel):
    """PyTorch's exponential average, told that the first parameters have been averaged."""

    def __init__(self, model):
        super().__init__(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9))
        self.n_averaged += 1


def by_hand(before=None, after=None):
    """Gradient descent in plain NumPy, written from the paper, around what a transform does."""

    def make():
        theta = {name: array.copy() for name, array in split(START).items()}

        def step(problem, t):
            def gradient(at):
                return split(problem(optimizers.flat(at.values()), t)[1])

            g = before(theta, gradient) if before else gradient(theta)
            for name, array in theta.items():
                moved = array - RATE * g[name]
                theta[name] = after(array, moved, g[name]) if after else moved
            return {name: array.copy() for name, array in theta.items()}

        return step

    return make


def cautious():
    """Liang et al. 2024, Algorithm 1, around a heavy ball: a mask of signs, over its mean."""
    theta = {name: array.copy() for name, array in split(START).items()}
    velocity = {name: 0 * array for name, array in theta.items()}

    def step(problem, t):
        for name, g in split(problem(optimizers.flat(theta.values()), t)[1]).items():
            velocity[name] = 0.875 * velocity[name] + RATE / 8 * g
            mask = (velocity[name] * g > 0).astype(float)
            theta[name] = theta[name] - velocity[name] * mask / max(mask.mean(), 1e-3)
        return {name: array.copy() for name, array in theta.items()}

    return step


def means(every):
    """Izmailov et al. 2018, Algorithm 1: the mean of all parameters that count."""
    descent, seen = by_hand()(), []

    def step(problem, t):
        there = descent(problem, t)
        if t % every == 0:
            seen.append(there)
        return {name: np.mean([each[name] for each in seen], axis=0) for name in there} if seen else there

    return step


def incremental():
    """Optax's average of parameters, which starts at the first ones."""
    descent, held = by_hand()(), [split(START)]

    def step(problem, t):
        held[0] = optax.incremental_update(descent(problem, t), held[0], step_size=0.1)
        return {name: np.array(array) for name, array in held[0].items()}

    return step


def optax_sam():
    """Optax's SAM, which asks for the second gradient itself."""
    adversary = optax.chain(optax.contrib.normalize(), optax.sgd(0.05))
    rule = optax.contrib.sam(optax.sgd(RATE), adversary, opaque_mode=True)
    held = {"theta": {name: jax.numpy.array(array) for name, array in split(START).items()}}
    held["state"] = rule.init(held["theta"])

    def step(problem, t):
        def gradient(at, *_):
            return {
                name: jax.numpy.array(g)
                for name, g in split(problem(optimizers.flat(at[n] for n in SHAPES), t)[1]).items()
            }

        g = gradient(held["theta"])
        updates, held["state"] = rule.update(g, held["state"], held["theta"], grad_fn=gradient)
        held["theta"] = optax.apply_updates(held["theta"], updates)
        return {name: np.array(held["theta"][name]) for name in SHAPES}

    return step


def shortened(array, moved, g):
    """Srivastava et al. 2014, section 5.1: columns that are longer than a limit have its length."""
    if moved.ndim < 2:
        return moved
    lengths = np.sqrt((moved**2).sum(axis=0))
    return np.where(lengths > 0.5, moved * 0.5 / lengths, moved)


def sharp(theta, gradient):
    """Foret et al. 2021, Algorithm 1 with p = 2."""
    g = gradient(theta)
    norm = np.sqrt(sum((array**2).sum() for array in g.values()))
    return gradient({name: array + (0.05 * g[name] / norm if norm else 0) for name, array in theta.items()})


def centred(theta, gradient):
    """Yong et al. 2020, equation (1), where the last axis counts the units."""
    return {name: g - g.mean(axis=0) if g.ndim > 1 else g for name, g in gradient(theta).items()}


def torch_centre(parameters):
    """The authors' centralized_gradient, whose first axis counts the units."""
    for leaf in parameters:
        if leaf.ndim > 1:
            turned = leaf.grad.T
            leaf.grad = turned.add(-turned.mean(dim=1, keepdim=True)).T.contiguous()


TORCH, OPTAX, KERAS = (f"{name} {version}" for name, version in VERSIONS.items())
PAPER = "paper in float64"
TIMM = f"timm {metadata.version('timm')}"
DESCENT = {"name": "sgd", "lr": RATE}
HEAVY = {"name": "momentum", "lr": RATE / 8, "momentum": 0.875}
SOURCES = {
    "clip_value": [
        (
            "torch.nn.utils.clip_grad_value_(clip_value=0.25)",
            TORCH,
            {"limit": 0.25},
            "",
            clipped(lambda p: torch.nn.utils.clip_grad_value_(p, 0.25)),
        ),
        ("optax.clip(max_delta=0.25)", OPTAX, {"limit": 0.25}, "", chained(optax.clip(0.25))),
        ("keras.optimizers.SGD(clipvalue=0.25)", KERAS, {"limit": 0.25}, "", keras_descent(clipvalue=0.25)),
    ],
    "clip_norm": [
        ("keras.optimizers.SGD(clipnorm=0.5)", KERAS, {"limit": 0.5}, "", keras_descent(clipnorm=0.5)),
        (
            "torch.renorm of each array, maxnorm=0.5",
            TORCH,
            {"limit": 0.5},
            "",
            clipped(
                lambda p: [
                    x.grad.mul_(min(1.0, 0.5 / float(x.grad.norm()) if x.grad.any() else 1.0)) for x in p
                ]
            ),
        ),
        (
            "optax.clip_by_block_rms(threshold=0.5)",
            OPTAX,
            {"limit": 0.5},
            "the limit is of the root mean square, not of the norm",
            chained(optax.clip_by_block_rms(0.5)),
        ),
    ],
    "clip_global_norm": [
        (
            "optax.clip_by_global_norm(max_norm=0.5)",
            OPTAX,
            {"limit": 0.5},
            "",
            chained(optax.clip_by_global_norm(0.5)),
        ),
        (
            "keras.optimizers.SGD(global_clipnorm=0.5)",
            KERAS,
            {"limit": 0.5},
            "",
            keras_descent(global_clipnorm=0.5),
        ),
        (
            "torch.nn.utils.clip_grad_norm_(max_norm=0.5)",
            TORCH,
            {"limit": 0.5},
            "1e-6 is added to the norm",
            clipped(lambda p: torch.nn.utils.clip_grad_norm_(p, 0.5)),
        ),
    ],
    "centralize": [
        ("centralized_gradient of the authors, units last", TORCH, {}, "", clipped(torch_centre)),
        ("equation (1)", PAPER, {}, "", by_hand(before=centred)),
        (
            "optax.centralize()",
            OPTAX,
            {},
            "the first axis counts the units, as in PyTorch",
            chained(optax.centralize()),
        ),
    ],
    "accumulate": [
        (
            "optax.MultiSteps(every_k_schedule=4)",
            OPTAX,
            {"batches": 4},
            "the parts of the mean are in float32",
            gathered(4),
        ),
        (
            "torch: backward of loss / 4 for four batches, then SGD.step()",
            TORCH,
            {"batches": 4},
            "",
            lambda: torch_gathered(4),
        ),
        (
            "keras.optimizers.SGD(gradient_accumulation_steps=4)",
            KERAS,
            {"batches": 4},
            "",
            keras_descent(gradient_accumulation_steps=4),
        ),
    ],
    "cautious": [
        (
            "timm.optim.sgdw.SGDW(lr=1/128, momentum=0.875, caution=True)",
            TIMM,
            {},
            "",
            wrapped(
                lambda p: timm("sgdw", "SGDW")(
                    p, lr=RATE / 8, momentum=0.875, weight_decay=0.0, caution=True, foreach=False
                )
            ),
            HEAVY,
        ),
        ("Algorithm 1, around momentum", PAPER, {}, "", cautious, HEAVY),
    ],
    "ema": [
        (
            "torch.optim.swa_utils.AveragedModel(get_ema_multi_avg_fn(0.9))",
            TORCH,
            {"beta": 0.9},
            "the first average is the parameters after the first update, not those before it",
            averaged(lambda m: swa_utils.AveragedModel(m, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9))),
        ),
        ("optax.incremental_update(step_size=0.1)", OPTAX, {"beta": 0.9}, "", incremental),
        (
            "torch.optim.swa_utils.AveragedModel(get_ema_multi_avg_fn(0.9)), n_averaged=1",
            TORCH,
            {"beta": 0.9},
            "",
            averaged(FromStart),
        ),
    ],
    "swa": [
        ("torch.optim.swa_utils.AveragedModel()", TORCH, {}, "", averaged(swa_utils.AveragedModel)),
        ("Algorithm 1", PAPER, {}, "", lambda: means(1)),
        ("Algorithm 1, every third", PAPER, {"every": 3}, "", lambda: means(3)),
    ],
    "lookahead": [
        ("optax.lookahead(sgd, sync_period=5, slow_step_size=0.5)", OPTAX, {"every": 5}, "", lookahead),
        (
            "pytorch_optimizer.Lookahead(SGD, k=5, alpha=0.5)",
            f"pytorch_optimizer {metadata.version('pytorch-optimizer')}",
            {"every": 5},
            "",
            wrapped(
                lambda p: pytorch_optimizer.Lookahead(torch.optim.SGD(p, lr=RATE), k=5, alpha=0.5), slow=True
            ),
        ),
        (
            "timm.optim.lookahead.Lookahead(SGD, alpha=0.5, k=5)",
            TIMM,
            {"every": 5},
            "slow weights begin at the first synchronisation, which changes nothing",
            wrapped(
                lambda p: timm("lookahead", "Lookahead")(torch.optim.SGD(p, lr=RATE), alpha=0.5, k=5), slow=True
            ),
        ),
        (
            "torch_optimizer.Lookahead(SGD, k=5, alpha=0.5)",
            f"torch_optimizer {metadata.version('torch-optimizer')}",
            {"every": 5},
            "slow weights begin after the first step, and follow one step later",
            wrapped(
                lambda p: torch_optimizer.Lookahead(torch.optim.SGD(p, lr=RATE), k=5, alpha=0.5), slow=True
            ),
        ),
    ],
    "sam": [
        ("Algorithm 1", PAPER, {}, "", by_hand(before=sharp)),
        ("optax.contrib.sam(sgd, chain(normalize, sgd(0.05)), opaque_mode=True)", OPTAX, {}, "", optax_sam),
        (
            "pytorch_optimizer.SAM(SGD, rho=0.05)",
            f"pytorch_optimizer {metadata.version('pytorch-optimizer')}",
            {},
            "the norm of the gradient is in float32",
            sam(pytorch_optimizer.SAM),
        ),
    ],
    "max_norm": [
        (
            "keras.constraints.MaxNorm(max_value=0.5)",
            KERAS,
            {"limit": 0.5},
            "1e-7 is added to the norm that it divides by",
            constrained(keras.constraints.MaxNorm(0.5), 1e-7),
        ),
        (
            "keras.constraints.MaxNorm(max_value=0.5), keras.config.set_epsilon(1e-300)",
            KERAS,
            {"limit": 0.5},
            "",
            constrained(keras.constraints.MaxNorm(0.5), 1e-300),
        ),
        ("section 5.1", PAPER, {"limit": 0.5}, "", by_hand(after=shortened)),
        (
            "torch.renorm(p=2, dim=1, maxnorm=0.5)",
            TORCH,
            {"limit": 0.5},
            "1e-7 is added to the norm that it divides by",
            renormed,
        ),
    ],
}


if __name__ == "__main__":
    for name, rows in SOURCES.items():
        sources = []
        for call, version, fields, differs, make, *around in rows:
            paths = optimizers.paths_of(make)
            found = {"call": call, "version": version, "fields": fields, "differs": differs}
            sources.append(found | {"around": around[0] if around else DESCENT, "paths": paths})
        optimizers.write("transform", name, sources, "tests/golden/transforms.py")
        print(name, flush=True)
