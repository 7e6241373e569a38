"""Promises of a layer: right gradients, arrays written in place, and no randomness in evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.composite import Composite
from ravine.contracts.layer import Layer, ParameterSpec, is_shape
from ravine.testing.numerics import (
    assert_keeps_nothing,
    only,
    only_given_chance,
    rng,
    told,
)
from ravine.testing.trial import BATCH, PASSES, STREAMS, Trial

SHAPES = ((7,), (5, 3), (2, 6, 12), (2, 6, 6))
"""Shapes of one example that a layer is tried with, one after the other.

All axes of a shape have different sizes, so that a mix-up of axes shows. The last is for layers of square
images.
"""
UNITS = 256
"""Number of outputs whose inputs are counted."""


def fitting_shape(layer: Layer) -> tuple[int, ...]:
    """Return the first of ``SHAPES`` that a layer accepts.

    Raises
    ------
    ValueError
        If it accepts none; the message says how it refuses each.
    """
    refused: dict[str, list[str]] = {}
    for shape in SHAPES:
        if error := _refusal(_outs(layer), shape):
            reason = told(error, layer)
        elif error := _refusal(layer.parameters, shape):
            reason = f"parameters raises {told(error, layer)}"
        else:
            return shape
        refused.setdefault(reason, []).append(str(shape))
    reasons = ", ".join(f"{', '.join(shapes)} ({reason})" for reason, shapes in refused.items())
    raise ValueError(
        f"{type(layer).__name__} accepts no example of shape {reasons}: give one that it accepts, in_shape=(…)"
    )


def _refusal(method: Callable[[tuple[int, ...]], object], shape: tuple[int, ...]) -> Exception | None:
    try:
        method(shape)
    # Which type the error must have is a promise of its own.
    except Exception as error:
        return error
    return None


def _outs(layer: Layer) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
    """Return the function that gives a layer's output shape; a network knows that of a composite."""
    if not isinstance(layer, Composite):
        return layer.out_shape
    return lambda shape: Trial(layer, shape).network.out_shape


def _scattered(array: Array) -> Array:
    """Return the same numbers, laid out by columns and with gaps."""
    wide: Array = np.asfortranarray(np.repeat(array, 2, axis=0))
    return wide[::2]


def _has_parameters(layer: Layer, in_shape: tuple[int, ...]) -> bool:
    if isinstance(layer, Composite):
        return len(Trial(layer, in_shape).theta) > 0
    return bool(layer.parameters(in_shape))


def _has_buffers(layer: Layer, in_shape: tuple[int, ...]) -> bool:
    if isinstance(layer, Composite):
        return len(Trial(layer, in_shape).buffers) > 0
    return bool(layer.buffers(in_shape))


def _has_parts(layer: Layer, in_shape: tuple[int, ...]) -> bool:
    return isinstance(layer, Composite)


def _takes_numbers(layer: Layer, in_shape: tuple[int, ...]) -> bool:
    return layer.vocabulary is None


def _drawn(layer: Layer, in_shape: tuple[int, ...]) -> dict[str, ParameterSpec]:
    """Return the arrays that the experiment's initializer draws: weights."""
    return {name: spec for name, spec in layer.parameters(in_shape).items() if spec.fill is None}


def _has_weights(layer: Layer, in_shape: tuple[int, ...]) -> bool:
    return bool(_drawn(layer, in_shape))


# ---- gradients -----------------------------------------------------------------------------------------------


def check_gradient_of_the_input(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """In training, the gradient of the input is the derivative of the output, with the same noise.

    A layer that says so returns 0, or the gradient of its output as it is.
    """
    trial = Trial(layer, in_shape)
    y, dx, _ = trial.through()
    trial.check_input(y, dx, training=True)


@only(_has_parameters)
def check_gradients_of_parameters(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """In training, the gradient of every parameter is the derivative of the output, with the same noise."""
    Trial(layer, in_shape).check_parameters(training=True)


def check_gradients_when_judged(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """In evaluation, the gradients of input and parameters are the derivatives of the output."""
    trial = Trial(layer, in_shape)
    y, dx, _ = trial.through(training=False)
    trial.check_input(y, dx, training=False)
    trial.check_parameters(training=False)


def check_asks_for_the_mean_of_its_penalty(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """A penalty is a mean over the batch: twice the same examples have the same one, if there is no noise."""
    trial = Trial(layer, in_shape)
    trial.forward()
    once = sum(trial.penalties)
    trial.stream += 1
    trial.forward()
    drawn = sum(trial.penalties) != once
    trial.stream -= 1
    trial.forward(np.concatenate([trial.x, trial.x]))
    twice = sum(trial.penalties)
    assert drawn or np.isclose(twice, once, rtol=1e-6, atol=1e-12), (
        f"the penalty of a batch is {once:.4g}, and of the same examples twice {twice:.4g}: it has to be a "
        "mean over the batch, so that its weight does not depend on training.batch_size"
    )


@only(_has_parameters)
def check_overwrites_gradients(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """The backward pass overwrites the gradient of every parameter, whatever its old value."""
    trial = Trial(layer, in_shape)
    for trial.stream in STREAMS:
        trial.grad[:] = np.nan
        *_, grad = trial.through()
        unchanged = [name for name, array in trial.named(grad).items() if np.isnan(array).any()]
        assert not unchanged, (
            f"gradients of {unchanged} are not overwritten: was p.grad.W added to (+=), rebound (p.grad.W = …) "
            "or forgotten? Write its items, p.grad.W[...] = …"
        )


@only(_has_parameters)
def check_goes_back_without_dx(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """The gradients of parameters are the same if the gradient of the input is not needed."""
    trial = Trial(layer, in_shape)
    *_, grad = trial.through()
    trial.grad[:] = np.nan
    _, without = trial.back(*trial.forward(), need_dx=False)
    assert grad.tobytes() == without.tobytes(), (
        "need_dx=False changes the gradients of parameters: it may only leave out the gradient of x"
    )


def check_keeps_no_batch(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Of two forward passes, one after the other, each has its own backward pass."""
    trial = Trial(layer, in_shape)
    y, *at_once = trial.through()
    _, backward = trial.forward()
    trial.forward(-2 * trial.x if layer.vocabulary is None else trial.x[::-1])
    for what, one, other in zip(("dx", "p.grad"), at_once, trial.back(y, backward), strict=True):
        assert one.tobytes() == other.tobytes(), (
            f"{what} is different after a second forward pass: keep what backward needs in the function that "
            "forward returns, not in p or the layer"
        )


# ---- arrays --------------------------------------------------------------------------------------------------


def check_gives_the_shape_it_says(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Outputs have the shape that out_shape says; the gradient of the input has the shape of the input."""
    out_shape: Any = _outs(layer)(in_shape)
    assert is_shape(out_shape), f"out_shape({in_shape}) is {out_shape!r}, not a tuple like (50,) or (1, 28, 28)"
    trial = Trial(layer, in_shape)
    for training in (True, False):
        y, dx, _ = trial.through(training=training)
        expected = (BATCH, *out_shape)
        assert y.shape == expected, f"forward gives {y.shape}, out_shape says {expected} for {trial.x.shape}"
        assert np.shape(dx) == trial.x.shape, (
            f"backward gives {np.shape(dx)}, the input is {trial.x.shape}: return dx, in the shape of x"
        )


def check_keeps_its_type(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Output and gradient of the input have the type of the input, float32 or float64."""
    for dtype in (np.float32, np.float64):
        for training in (True, False):
            y, dx, _ = Trial(layer, in_shape, dtype=dtype).through(training=training)
            for what, array in (("the output", y), ("the gradient of x", dx)):
                assert array.dtype == dtype, (
                    f"{what} is {array.dtype} but x is {np.dtype(dtype)}: make masks and constants with "
                    "x.dtype; np.sqrt of a number turns arrays into float64, math.sqrt does not"
                )


def check_spares_its_input(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """The input is not changed."""
    trial = Trial(layer, in_shape)
    before = trial.x.copy()
    for training in (True, False):
        trial.through(training=training)
        changed = int(np.count_nonzero(trial.x != before))
        assert not changed, (
            f"{changed} of {before.size} numbers of x were changed: x is the output of the layer before, which "
            "may need it; write into a new array"
        )


def check_spares_the_gradient_it_is_given(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """The gradient of the output is not changed."""
    trial = Trial(layer, in_shape)
    for training in (True, False):
        y, backward = trial.forward(training=training)
        dy = trial.towards(y)
        backward(dy)
        changed = int(np.count_nonzero(dy != trial.towards(y)))
        assert not changed, f"{changed} of {dy.size} numbers of dy were changed: make dx a new array, dy * …"


def check_leaves_parameters_alone(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Forward and backward do not change parameters: only the optimizer does."""
    trial = Trial(layer, in_shape)
    before = trial.theta.copy()
    for training in (True, False):
        trial.through(training=training)
        changed = int(np.count_nonzero(trial.theta != before))
        assert not changed, (
            f"{changed} of {before.size} parameters changed: only an optimizer may write into p.W"
        )


def check_keeps_its_names(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """The names in p stay bound to the same arrays, and no name is added."""
    trial = Trial(layer, in_shape)
    before = {**vars(trial.p), **{f"grad.{name}": array for name, array in vars(trial.p.grad).items()}}
    trial.through()
    after = {**vars(trial.p), **{f"grad.{name}": array for name, array in vars(trial.p.grad).items()}}
    bound = [f"p.{name}" for name in after if before.get(name) is not after[name]]
    assert not bound, (
        f"{bound} were bound to something new: write items, p.W[...] = … and p.mean += …, and keep what "
        "backward needs in the function that forward returns"
    )


@only(_has_parts)
def check_goes_through_every_part_once(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """A composite goes through each of its parts once, forward and back, or in some batches not at all."""
    trial, used = Trial(layer, in_shape), set[str]()
    for seed in STREAMS:
        calls = _calls(trial, rng(seed))
        for name in trial.parts:
            there, back = calls.get(name, 0), calls.get(f"{name}, back", 0)
            assert there == back < 2, (
                f"p.{name} is called {there} times, and {back} times on the way back: a second call would "
                "overwrite the gradients of the first, and without a way back these layers do not learn"
            )
            used |= {name} if there else set()
    unused = [name for name in trial.parts if name not in used]
    assert not unused, f"p.{unused[0]} is called 0 times in {len(STREAMS)} batches: these layers do not learn"


def _calls(trial: Trial, noise: np.random.Generator) -> dict[str, int]:
    """Return how often a batch goes through the parts of a composite, and back."""
    p, calls = trial.arrays(training=True, noise=noise), dict[str, int]()

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        calls[name] = 0

        def counting(*args: Any, **kwargs: Any) -> Any:
            calls[name] += 1
            made = call(*args, **kwargs)
            return (made[0], counted(f"{name}, back", made[1])) if isinstance(made, tuple) else made

        return counting

    for name in trial.parts:
        setattr(p, name, counted(name, getattr(p, name)))
    y, backward, *_ = trial.layer.forward(trial.x, p, training=True, rng=noise)
    backward(trial.towards(y))
    return calls


def check_takes_any_layout(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Arrays that are stored by columns and with gaps give the same numbers."""
    trial = Trial(layer, in_shape)
    y, dx, grad = trial.through()
    y_apart, backward = trial.forward(_scattered(trial.x))
    dx_apart: Any = backward(_scattered(trial.towards(y)))
    if layer.vocabulary is not None:
        dx_apart = dx
    for what, one, other in (("y", y, y_apart), ("dx", dx, dx_apart), ("p.grad", grad, trial.grad)):
        assert np.allclose(one, other, rtol=1e-9, atol=1e-12), (
            f"{what} differs if x and dy are stored by columns, like the transposed result of a product: "
            "ravel() of such an array, or of its empty_like, is a copy, and writing into the copy has no effect"
        )


# ---- randomness and evaluation -------------------------------------------------------------------------------


def check_draws_from_its_rng_only(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Noise comes only from the rng that is given."""
    with only_given_chance(layer):
        Trial(layer, in_shape).through()
        Trial(layer, in_shape).through(training=False)


def check_repeats_itself(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """The same input and the same rng give the same bits."""
    one, other = Trial(layer, in_shape).through(), Trial(layer, in_shape).through()
    for what, first, second in zip(("the output", "dx", "p.grad"), one, other, strict=True):
        assert first.tobytes() == second.tobytes(), (
            f"{what} differs with the same input and the same rng: does it depend on other randomness, or on "
            "earlier calls?"
        )


def check_judges_without_chance(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """In evaluation, rng is not used."""
    Trial(layer, in_shape).through(training=False)


def check_judging_changes_nothing(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """In evaluation, buffers do not change, and a second pass gives the same bits."""
    trial = Trial(layer, in_shape)
    y, *_ = trial.through(training=False)
    changed = int(np.count_nonzero(trial.buffers != trial.start))
    assert not changed, f"{changed} numbers of buffers changed in evaluation: they may change in training only"
    again, *_ = trial.through(training=False)
    assert y.tobytes() == again.tobytes(), (
        "in a second evaluation the output differs: is something kept between the two?"
    )


def check_judges_every_example_alone(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """In evaluation, the output of an example does not depend on the other examples of its batch."""
    trial = Trial(layer, in_shape)
    y, _ = trial.forward(training=False)
    for i in range(BATCH):
        alone, _ = trial.forward(trial.x[i : i + 1], training=False)
        assert np.allclose(y[i], alone[0], rtol=1e-9, atol=1e-12), (
            f"example {i} alone gives a different output than in a batch of {BATCH}: use the batch's "
            "statistics in training only, and buffers in evaluation"
        )


@only(lambda layer, in_shape: not _has_buffers(layer, in_shape))
def check_judges_by_the_mean_of_its_noise(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """In evaluation, the output of a layer with noise is the mean of its outputs in training."""
    trial, noise = Trial(layer, in_shape), rng(8)
    y, _ = trial.forward(training=False)
    p = trial.arrays(training=True, noise=noise)
    noisy = np.stack([layer.forward(trial.x, p, training=True, rng=noise)[0] for _ in range(1000)])
    mean, off = noisy.mean(axis=0), abs(noisy.mean(axis=0) - y) - 6 * noisy.std(axis=0) / 1000**0.5
    most = int(off.argmax())
    assert off.flat[most] < 1e-9, (
        f"in evaluation an output is {y.flat[most]:.3g}, the mean of 1000 with noise is {mean.flat[most]:.3g}: "
        "are outputs that are kept scaled by 1 / (1 - p) in training, or by 1 - p in evaluation?"
    )


@only(_has_buffers)
def check_writes_every_buffer(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Every declared buffer is written in training, in place."""
    trial = Trial(layer, in_shape)
    trial.forward()
    before, after = (trial.named(flat, trial.network.buffers) for flat in (trial.start, trial.buffers))
    idle = [name for name in before if (before[name] == after[name]).all()]
    assert not idle, (
        f"buffers {idle} never change: was the array rebound (mean = …) instead of written (p.mean += …)?"
    )


@only(_has_buffers)
def check_uses_every_buffer(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Every buffer is used: for outputs, in evaluation or training, or for a different buffer."""
    trial = Trial(layer, in_shape)

    def found(but: str) -> list[bytes]:
        outputs = [trial.forward(training=training)[0] for training in (False, True)]
        others = [array for name, array in trial.named(trial.buffers, arrays).items() if name != but]
        return [array.tobytes() for array in outputs + others]

    arrays, start = trial.network.buffers, trial.start.copy()
    for name, array in trial.named(trial.start, arrays).items():
        before = found(name)
        array *= 1 + rng(8).random(array.shape)
        assert found(name) != before, (
            f"buffer {name!r} changes neither an output nor a different buffer: is it forgotten in evaluation, "
            "or is it not needed?"
        )
        trial.start[:] = start


@only(_has_buffers)
def check_judges_by_what_it_learned(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """After training on one batch again and again, its outputs in evaluation are those in training.

    Mean and spread of every output over the batch are compared, to a tenth of the spread, because a running
    variance may be divided by n or by n - 1. For a layer with noise the mean of many outputs is taken.
    """
    trial, noise = Trial(layer, in_shape, batch=64), rng(8)
    x = 3 * trial.x + 2
    trial.settle(x)
    evaluated, _ = trial.forward(x, training=False)
    trained = np.mean([trial.learn(x, noise) for _ in range(100)], axis=0)
    spread = trained.std() + 1e-6
    for what, seen, expected in (
        ("mean", evaluated.mean(axis=0), trained.mean(axis=0)),
        ("spread", evaluated.std(axis=0), trained.std(axis=0)),
    ):
        # A NaN is never near.
        near = abs(seen - expected) <= 0.1 * spread
        worst = int(near.argmin())
        assert near.all(), (
            f"after at most {PASSES} passes over one batch, the {what} of an output over it is "
            f"{seen.flat[worst]:.3g} in evaluation and {expected.flat[worst]:.3g} in training: do buffers move "
            "towards the batch's statistics, and is a variance used as a variance, not as its root?"
        )


@only(_has_buffers)
def check_remembers_more_than_the_last_batch(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """One batch does not undo what many batches have taught a buffer, at least not both up and down."""
    trial, noise = Trial(layer, in_shape, batch=64), rng(8)
    low, high = trial.x, 3 * trial.x + 2
    steps: dict[str, list[float]] = {}
    trial.settle(low)
    for x in (high, low):
        learned = [trial.start.copy()]
        trial.learn(x, noise)
        learned.append(trial.start.copy())
        trial.settle(x)
        learned.append(trial.start.copy())
        for name in trial.named(trial.start, trial.network.buffers):
            before, once, after = (trial.named(flat, trial.network.buffers)[name] for flat in learned)
            way, step = float(np.linalg.norm(after - before)), float(np.linalg.norm(once - before))
            # A buffer that batches do not change has nothing to learn.
            learns = way > 0.01 * float(np.linalg.norm(after))
            steps.setdefault(name, []).append(step / way if learns else 0.0)
    hasty = [name for name, shares in steps.items() if min(shares) > 2 / 3]
    assert not hasty, (
        f"one batch changes {hasty} by {min(steps[hasty[0]]):.0%} of the change by many such batches: is the "
        "weight of the past used as the weight of the batch?"
    )


@only(_has_buffers)
def check_is_not_spoiled_by_one_example(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """The examples of a batch one after the other, again and again, do not spoil what the batch has taught.

    In evaluation the spread of all outputs over the batch stays within a factor of 3.
    """
    trial, noise = Trial(layer, in_shape, batch=64), rng(8)
    trial.settle(trial.x)
    before = trial.forward(training=False)[0].std(axis=0) + 1e-6
    for i in range(PASSES):
        trial.learn(trial.x[i % 64 : i % 64 + 1], noise)
    after = trial.forward(training=False)[0].std(axis=0) + 1e-6
    worst = int(abs(np.log(after / before)).argmax())
    assert 1 / 3 <= (after / before).flat[worst] <= 3, (
        f"after {PASSES} passes over one example each, the spread of an output in evaluation is "
        f"{after.flat[worst]:.3g}, and {before.flat[worst]:.3g} before: one example has no variance; leave "
        "buffers alone if len(x) == 1"
    )


@only(_has_buffers)
def check_says_how_many_examples_it_needs(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Buffers learn from a batch of ``min_batch`` examples."""
    trial = Trial(layer, in_shape, batch=layer.min_batch)
    trial.forward()
    assert (trial.buffers != trial.start).any(), (
        f"no buffer learns from a batch of {layer.min_batch}: say how many examples the layer needs, "
        "min_batch = 2, so that a run with smaller batches is refused"
    )


def check_keeps_nothing_in_itself(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Forward and backward passes change nothing in the component or its class."""
    assert_keeps_nothing(layer, lambda: Trial(layer, in_shape, batch=3).through())


# ---- inputs --------------------------------------------------------------------------------------------------


def check_takes_batches_of_any_size(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Batches of one example, and of an odd number of examples, give finite outputs and gradients."""
    for size in (1, 2, 7):
        for training in (True, False):
            y, dx, grad = Trial(layer, in_shape, batch=size).through(training=training)
            assert len(y) == len(dx) == size, (
                f"a batch of {size} gives {len(y)} outputs and {len(dx)} gradients"
            )
            finite = all(np.isfinite(array).all() for array in (y, dx, grad))
            assert finite, (
                f"a batch of {size} gives numbers that are not finite: is an ε missing in a quotient?"
            )


@only(_takes_numbers)
def check_survives_large_inputs(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Inputs of a few hundred give finite outputs and gradients in float32."""
    trial = Trial(layer, in_shape, dtype=np.float32)
    trial.x *= 200
    for training in (True, False):
        for what, array in zip(("y", "dx", "p.grad"), trial.through(training=training), strict=True):
            assert np.isfinite(array).all(), (
                f"{what} is not finite for inputs up to {np.abs(trial.x).max():.0f} in float32: exp overflows "
                "from 89 on; subtract the largest first, or use a formula that does not overflow"
            )


@only(lambda layer, in_shape: any(_refusal(_outs(layer), shape) for shape in SHAPES))
def check_says_which_shapes_it_takes(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """A shape that it does not accept is refused in out_shape, with a ValueError that names the shape."""
    for shape in SHAPES:
        if error := _refusal(_outs(layer), shape):
            named = isinstance(error, ValueError) and str(shape) in str(error)
            assert named, (
                f"out_shape({shape}) raises {type(error).__name__}: {error}; make it a ValueError that says "
                f"what the layer accepts, and that it got {shape}"
            )


def check_works_on_shapes_it_accepts(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Every shape that out_shape does not refuse works in a forward pass."""
    for shape in (in_shape, *SHAPES):
        if _refusal(_outs(layer), shape) is None:
            try:
                Trial(layer, shape).forward()
            except Exception as error:
                raise AssertionError(
                    f"out_shape({shape}) is {_outs(layer)(shape)}, but such an example raises "
                    f"{type(error).__name__}: {error}; refuse it in out_shape with a ValueError"
                ) from error


# ---- declarations --------------------------------------------------------------------------------------------


def check_declares_names(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Parameters and buffers have different names, which can be attributes of p."""
    names: list[Any] = [*layer.parameters(in_shape), *layer.buffers(in_shape)]
    wrong = [name for name in names if not (isinstance(name, str) and name.isidentifier()) or name == "grad"]
    assert not wrong, f"arrays {wrong} have names that p cannot have: use letters, digits and _, but not grad"
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"{twice} are both parameters and buffers: in p each name has one array"


@only(_has_weights)
def check_lets_weights_decay(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """Arrays that the initializer draws are weights, and regularizers act on them."""
    spared = [name for name, spec in _drawn(layer, in_shape).items() if not spec.decay]
    assert not spared, (
        f"{spared} are drawn by the initializer, but no regularizer acts on them: ParameterSpec(…, "
        "decay=True); an array that starts at a number needs fill=…"
    )


class Links:
    """The inputs and outputs that a weight connects, found from its gradients for single outputs.

    Parameters
    ----------
    x : (1, *in_shape) array
        The example for which the gradients are computed.

    Attributes
    ----------
    fan_in, fan_out : int
        The most numbers of the weight that one output depends on, and that one input is multiplied by.
    plain : bool
        Whether every such number is multiplied by one input.
    unshared : bool
        Whether every number of the weight is used for exactly one output.
    """

    def __init__(self, x: Array) -> None:
        self._x = np.sort(x, axis=None)
        self._fed = np.zeros(x.size, dtype=int)
        self._used: Any = 0
        self.fan_in, self.plain = 0, True

    def add(self, gradient: Array) -> None:
        """Add the gradient of one more output with respect to the weight."""
        factors = gradient[gradient != 0]
        nearest = np.searchsorted(self._x, factors).clip(max=self._x.size - 1)
        below = (nearest - 1).clip(min=0)
        nearest = np.where(abs(self._x[below] - factors) < abs(self._x[nearest] - factors), below, nearest)
        self.plain &= bool(np.allclose(self._x[nearest], factors, rtol=1e-9, atol=0))
        np.add.at(self._fed, nearest, 1)
        self._used = self._used + (gradient != 0)
        self.fan_in = max(self.fan_in, factors.size)

    @property
    def fan_out(self) -> int:  # noqa: D102
        return int(self._fed.max())

    @property
    def unshared(self) -> bool:  # noqa: D102
        return bool(np.all(self._used == 1))


@only(_has_weights)
def check_declares_fans(layer: Layer, in_shape: tuple[int, ...]) -> None:
    """fan_in of a weight is the number of inputs of a unit, fan_out the number of units that an input goes to.

    They are counted if a unit is a sum of inputs times numbers of the weight. If numbers are shared, as in a
    convolution, units at the edge may have fewer inputs; then only fans that are too small are found. If units
    are not such sums, as with two weights one after the other, only swapped fans are found.
    """
    trial = Trial(layer, in_shape, batch=1)
    y, backward = trial.forward(training=False)
    units = np.linspace(0, y.size - 1, min(y.size, UNITS)).astype(int)
    seen = {name: Links(trial.x) for name in _drawn(layer, in_shape)}
    for unit in units:
        backward((np.arange(y.size) == unit).astype(y.dtype).reshape(y.shape))
        for name, links in seen.items():
            links.add(getattr(trial.p.grad, name))
    for name, spec in _drawn(layer, in_shape).items():
        links, declared = seen[name], f"fan_in = {spec.fan_in} and fan_out = {spec.fan_out}"
        assert not spec.fan_in != spec.fan_out == links.fan_in, (
            f"{name}: one output depends on {links.fan_in} of its numbers, but {declared}: are the two swapped?"
        )
        if not links.plain:
            continue
        exact = links.unshared and y.size == len(units)
        for what, fan, counted in (
            ("inputs go to one unit", spec.fan_in, links.fan_in),
            ("units depend on one input", spec.fan_out, links.fan_out),
        ):
            assert fan == counted or (fan > counted and not exact), f"{name}: {counted} {what}, but {declared}"


CHECKS = [
    check_gradient_of_the_input,
    check_gradients_of_parameters,
    check_gradients_when_judged,
    check_asks_for_the_mean_of_its_penalty,
    check_overwrites_gradients,
    check_goes_back_without_dx,
    check_keeps_no_batch,
    check_gives_the_shape_it_says,
    check_keeps_its_type,
    check_spares_its_input,
    check_spares_the_gradient_it_is_given,
    check_leaves_parameters_alone,
    check_keeps_its_names,
    check_goes_through_every_part_once,
    check_takes_any_layout,
    check_draws_from_its_rng_only,
    check_repeats_itself,
    check_judges_without_chance,
    check_judging_changes_nothing,
    check_judges_every_example_alone,
    check_judges_by_the_mean_of_its_noise,
    check_writes_every_buffer,
    check_uses_every_buffer,
    check_judges_by_what_it_learned,
    check_remembers_more_than_the_last_batch,
    check_is_not_spoiled_by_one_example,
    check_says_how_many_examples_it_needs,
    check_keeps_nothing_in_itself,
    check_takes_batches_of_any_size,
    check_survives_large_inputs,
    check_says_which_shapes_it_takes,
    check_works_on_shapes_it_accepts,
    check_declares_names,
    check_lets_weights_decay,
    check_declares_fans,
]
