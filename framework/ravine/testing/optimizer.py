"""Promises of an optimizer: it writes in place, keeps its state in its slots, and goes downhill."""

from __future__ import annotations

import math
import re
from dataclasses import MISSING, fields, replace

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.optimizer import Optimizer
from ravine.engine.parameters import Parameters
from ravine.engine.update import Update
from ravine.testing.numerics import (
    assert_keeps_nothing,
    meant,
    only,
    only_given_chance,
    refusal,
    rng,
    source,
    spied,
)

RATE = 0.01
STEPS = 5
MANY = 48
"""Updates after which also a rule that moves at every k-th update only has moved, for k up to 24."""

BLOCKS = (6000, 8)
"""Shape of a weight that is so large that it is cut into several blocks."""


class Trial:
    """An optimizer on a weight and a bias, with gradients that are the same every time.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer to test.
    weight, bias : tuple of int
        Shapes of the two arrays.
    dtype : dtype
        float32 or float64.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        *,
        weight: tuple[int, ...] = (6, 8),
        bias: tuple[int, ...] = (8,),
        dtype: DTypeLike = np.float64,
    ) -> None:
        specs = {
            ("0.trial", "W"): ParameterSpec(weight, weight[0], weight[-1]),
            ("0.trial", "b"): ParameterSpec(bias, fill=0.0),
        }
        self.parameters = Parameters(specs, dtype)
        self.theta, self.grad = self.parameters.theta, self.parameters.grad
        self.theta[:] = rng(1).standard_normal(len(self.theta))
        self.update = Update(optimizer, self.parameters)

    def gradient(self, t: int) -> Array:
        """Return the gradient of update ``t``; the gradients have different norms."""
        drawn: Array = rng(100 + t).standard_normal(len(self.theta)) * (1 + t % 3) / 2
        return drawn.astype(self.theta.dtype)

    def step(self, t: int = 1, lr: float = RATE, *, downhill: bool = False) -> None:
        """Make update ``t`` without NumPy's warnings; numbers that are not finite are found afterwards.

        The gradient is random; downhill it is that of half the squared norm of the parameters.
        """
        self.grad[:] = self.theta if downhill else self.gradient(t)
        with np.errstate(all="ignore"):
            self.update(t, lr)

    def run(self, first: int = 1, last: int = STEPS) -> Trial:
        """Make several updates."""
        for t in range(first, last + 1):
            self.step(t)
        return self

    @property
    def all(self) -> dict[str, Array]:
        """Parameters and slots by name."""
        return {"theta": self.theta, **self.update.state}

    def infinite(self) -> list[str]:
        """Return the names of arrays that are not finite."""
        return [name for name, array in self.all.items() if not np.isfinite(array).all()]


def hint(error: BaseException, optimizer: Optimizer) -> str:
    """Return what may have caused an error of ``step``, arrays of an unexpected shape; or nothing."""
    _, line = source(error, optimizer)
    of_shapes = re.search(r"unpack|index|shape|dimension|axis|broadcast|size|square", str(error))
    if not line or not isinstance(error, ValueError | IndexError) or not of_shapes or meant(error, optimizer):
        return ""
    if "state" in line:
        return (
            f"state has an array for each slot, slots = {optimizer.slots}: declare them, "
            'for example slots=("m", "v")'
        )
    if optimizer.sees == "array":
        return 'with sees="array" step gets every array in its own shape, also biases, which have one axis'
    return f'with sees="{optimizer.sees}" step gets flat arrays, with sees="array" each in its own shape'


def _assert_same(one: Trial, other: Trial, why: str) -> None:
    for name, array in one.all.items():
        apart = int(np.count_nonzero(array != other.all[name]))
        assert array.tobytes() == other.all[name].tobytes(), (
            f"{name} differs in {apart} of {array.size} numbers: {why}"
        )


def _assert_finite_after(t: int, trial: Trial, why: str) -> None:
    try:
        trial.step(t)
    except ArithmeticError as error:
        raise AssertionError(f"update {t} raises {type(error).__name__}, {error}: {why}") from error
    assert not trial.infinite(), f"{trial.infinite()} are not finite after update {t}: {why}"


# ---- what is written -----------------------------------------------------------------------------------------


def check_moves_parameters_in_place(optimizer: Optimizer) -> None:
    """An update changes the given array of parameters in place."""
    trial = Trial(optimizer)
    before = trial.theta.copy()
    trial.run(last=MANY)
    assert (trial.theta != before).any(), (
        "no parameter changed: was theta rebound (theta = …) instead of changed (theta -= …)?"
    )


def check_moves_arrays_of_any_shape(optimizer: Optimizer) -> None:
    """Weights with four axes, biases and single numbers are all changed."""
    for weight, bias in (((2, 3, 4, 4), (5,)), ((3, 2), (1,))):
        trial = Trial(optimizer, weight=weight, bias=bias)
        before = trial.parameters.named(trial.theta.copy())
        trial.run(last=MANY)
        for name, array in trial.parameters.named(trial.theta).items():
            what = f"an array of shape {array.shape}"
            assert np.isfinite(array).all(), f"{what} is not finite after {MANY} updates: is it divided by 0?"
            moved = (array != before[name]).any()
            assert moved or array.size == 1, f"{what} never changes: step must update it too"


def check_spares_the_gradient(optimizer: Optimizer) -> None:
    """The gradient is not changed."""
    trial = Trial(optimizer)
    for t in range(1, STEPS + 1):
        trial.step(t)
        changed = int(np.count_nonzero(trial.grad != trial.gradient(t)))
        assert not changed, (
            f"step wrote into {changed} of {trial.grad.size} numbers of g: work on a new array (d = g + …), or "
            "on a slot"
        )


def check_keeps_its_type(optimizer: Optimizer) -> None:
    """Computations are in the type of the parameters, float32 or float64."""
    shape = (4, 3) if optimizer.sees == "array" else (12,)
    for dtype in (np.float32, np.float64):
        numbers = (np.full(shape, 0.5, dtype), np.full(shape, 0.25, dtype))
        (theta, g, *state), seen = spied(*numbers, *(np.full(shape, 0, dtype) for _ in optimizer.slots))
        with np.errstate(all="ignore"):
            for t in (1, 2):
                optimizer.step(theta, g, state, t=t, lr=RATE)
        assert not seen, (
            f"{seen[0]} but parameters are {np.dtype(dtype)}: np.sqrt or np.float64 of a number turns arrays "
            "into float64, use ** 0.5, math.sqrt and float(…); make arrays by np.full_like(g, …), without dtype"
        )


# ---- slots ---------------------------------------------------------------------------------------------------


def check_names_its_slots(optimizer: Optimizer) -> None:
    """Slots are a tuple of different names, by which the arrays are stored."""
    slots = optimizer.slots
    assert isinstance(slots, tuple), f'slots = {slots!r} is not a tuple: one slot needs a comma, slots=("m",)'
    wrong = [name for name in slots if not name.isidentifier()]
    assert not wrong, f"slots {wrong} are not names: use letters, digits and _"
    assert len(set(slots)) == len(slots), f"slots = {slots!r}: two have the same name, and would be one array"


@only(lambda optimizer: bool(optimizer.slots))
def check_writes_every_slot(optimizer: Optimizer) -> None:
    """Every declared slot is changed, in place."""
    # A rule may have emptied a slot at its last update.
    trial = Trial(optimizer).run(last=MANY + 1)
    idle = [name for name, array in trial.update.state.items() if not array.any()]
    assert not idle, (
        f"slots {idle} never change: was the array rebound (m = … or state[0] = …) instead of changed "
        "(m *= …), or is it not needed?"
    )


@only(lambda optimizer: bool(optimizer.slots))
def check_uses_every_slot(optimizer: Optimizer) -> None:
    """The parameters depend on every slot."""
    for name in optimizer.slots:
        # Some slots matter only once gradients agree, as they do downhill.
        assert any(_uses(name, optimizer, downhill=downhill) for downhill in (False, True)), (
            f"slot {name!r}, set to 0 between updates, changes no parameter: does step use it, or is it not "
            "needed?"
        )


def _uses(slot: str, optimizer: Optimizer, *, downhill: bool) -> bool:
    """Whether parameters are different after a slot was set to 0 between updates."""
    through, without = Trial(optimizer), Trial(optimizer)
    for t in range(1, MANY + STEPS + 1):
        for trial in (through, without):
            trial.step(t, lr=optimizer.lr if downhill else RATE, downhill=downhill)
        if t == MANY - STEPS:
            without.update.state[slot][:] = 0
    return bool((without.theta != through.theta).any())


@only(lambda optimizer: optimizer.sees == "block")
def check_blocks_equal_whole(optimizer: Optimizer) -> None:
    """In blocks, the parameters get the same bits as in one piece."""
    cls = type(optimizer)
    given = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    whole = type(cls.__name__, (cls,), {}, sees="all")(**given)
    for dtype in (np.float32, np.float64):
        _assert_same(
            Trial(optimizer, weight=BLOCKS, dtype=dtype).run(),
            Trial(whole, weight=BLOCKS, dtype=dtype).run(),
            'the rule does not treat every coordinate independently: declare sees="all" or sees="array"',
        )


# ---- runs ----------------------------------------------------------------------------------------------------


def check_resumes(optimizer: Optimizer) -> None:
    """Stopped and continued from its parameters and slots, it ends with the same bits."""
    through, first = Trial(optimizer).run(), Trial(optimizer).run(last=2)
    # After a restart there may be a different model first.
    Trial(optimizer).run(last=3)
    second = Trial(replace(optimizer))
    for name, array in second.all.items():
        array[:] = first.all[name]
    _assert_same(
        through, second.run(first=3), "an update may need only slots and t: keep everything else in slots"
    )


def check_is_deterministic(optimizer: Optimizer) -> None:
    """The same gradients give the same bits."""
    _assert_same(
        Trial(optimizer).run(),
        Trial(optimizer).run(),
        "does it depend on randomness, or on the run before?",
    )


def check_draws_no_chance(optimizer: Optimizer) -> None:
    """No random number is drawn."""
    with only_given_chance(optimizer):
        Trial(optimizer).run()


def check_serves_two_models(optimizer: Optimizer) -> None:
    """One component can train two models at once, with the same result as each alone."""
    alone, one, other = Trial(optimizer).run(), Trial(optimizer), Trial(optimizer)
    other.theta *= -2
    for t in range(1, STEPS + 1):
        one.step(t)
        other.step(t + STEPS)
    _assert_same(alone, one, "is state kept in the class, the instance or the module? declare it as slots")


def check_keeps_nothing_in_itself(optimizer: Optimizer) -> None:
    """An update changes nothing in the component or its class."""
    assert_keeps_nothing(optimizer, lambda: Trial(optimizer, weight=(5, 3)).run())


# ---- the rate ------------------------------------------------------------------------------------------------


def check_has_a_rate_of_its_own(optimizer: Optimizer) -> None:
    """The field ``lr`` has a default, a positive number."""
    (default,) = (field.default for field in fields(optimizer) if field.name == "lr")
    assert default is not MISSING, "lr has no default: users need one to try the rule, lr: float = …"
    positive = isinstance(default, float) and 0 < default < math.inf
    assert positive, f"lr = {default!r} by default: it must be a number above 0, lr: float = 0.01"


def check_refuses_a_negative_rate(optimizer: Optimizer) -> None:
    """A learning rate below 0 is refused with a ValueError that names the field."""
    text = refusal(lambda: replace(optimizer, lr=-1.0))
    assert text is not None, (
        'lr = -1 is accepted, and goes uphill: write self.require(lr="[0, inf)") in __post_init__'
    )
    assert "lr" in text, f"lr = -1 is refused with {text!r}, which does not name lr"


def check_takes_the_rate_it_is_given(optimizer: Optimizer) -> None:
    """An update uses the argument ``lr``, which a schedule changes, and not the field."""
    ours, theirs = Trial(optimizer).run(), Trial(replace(optimizer, lr=optimizer.lr / 2)).run()
    _assert_same(ours, theirs, "step reads self.lr: use the argument lr, which has the schedule's factor")
    whole, half = Trial(optimizer), Trial(optimizer)
    for t in range(1, MANY + 1):
        whole.step(t, lr=RATE)
        half.step(t, lr=RATE / 2)
    assert (whole.theta != half.theta).any(), (
        "half the learning rate makes the same step: the argument lr is not used"
    )


def check_stands_still_without_a_rate(optimizer: Optimizer) -> None:
    """With a learning rate of 0 no parameter changes."""
    trial = Trial(optimizer)
    before = trial.theta.copy()
    for t in (1, 2, 3):
        trial.step(t, lr=0.0)
    # Rounding is accepted.
    moved = int(np.count_nonzero(abs(trial.theta - before) > 1e-12 * abs(before)))
    assert not moved, (
        f"{moved} of {before.size} parameters change with lr = 0: multiply every term of the step by lr"
    )


# ---- numbers -------------------------------------------------------------------------------------------------


def check_first_update_is_finite(optimizer: Optimizer) -> None:
    """Updates are numbered from 1, and the first is finite."""
    _assert_finite_after(1, Trial(optimizer), "t begins at 1, so a correction with t - 1 divides by 0")


def check_late_updates_are_finite(optimizer: Optimizer) -> None:
    """Update number one million is finite."""
    trial = Trial(optimizer).run()
    _assert_finite_after(1_000_000, trial, "does something grow with t, like 1 / beta ** t?")


def check_survives_a_gradient_of_zero(optimizer: Optimizer) -> None:
    """If the gradient is 0 from the start, all numbers stay finite."""
    for dtype in (np.float32, np.float64):
        trial = Trial(optimizer, dtype=dtype)
        trial.grad[:] = 0
        with np.errstate(all="ignore"):
            for t in (1, 2, 3):
                trial.update(t, RATE)
        assert not trial.infinite(), (
            f"{trial.infinite()} are not finite after gradients of 0 in {np.dtype(dtype)}: is an ε missing in "
            "a quotient, or is it too small for that type?"
        )


def check_survives_zeros_in_a_gradient(optimizer: Optimizer) -> None:
    """If a row and a column of the gradient are 0 from the start, all numbers stay finite."""
    for dtype in (np.float32, np.float64):
        trial = Trial(optimizer, dtype=dtype)
        weight = trial.parameters.named(trial.grad)["0.trial.W"]
        with np.errstate(all="ignore"):
            for t in (1, 2, 3):
                trial.grad[:] = trial.gradient(t)
                weight[1], weight[:, 2] = 0, 0
                trial.update(t, RATE)
        assert not trial.infinite(), (
            f"{trial.infinite()} are not finite after gradients whose second row and third column are 0, in "
            f"{np.dtype(dtype)}: is an ε missing where a mean of a row or of a column is divided by?"
        )


def check_goes_downhill(optimizer: Optimizer) -> None:
    """Half the squared norm of the parameters is lower after 200 updates at its own learning rate."""
    trial = Trial(optimizer)
    start = float(trial.theta @ trial.theta) / 2
    with np.errstate(all="ignore"):
        for t in range(1, 201):
            trial.step(t, optimizer.lr, downhill=True)
    end = float(trial.theta @ trial.theta) / 2
    assert end < start, (
        f"|θ|² / 2 went from {start:.4g} to {end:.4g} in 200 updates at lr = {optimizer.lr}: is the sign "
        "right, and the default rate?"
    )


CHECKS = [
    check_moves_parameters_in_place,
    check_moves_arrays_of_any_shape,
    check_spares_the_gradient,
    check_keeps_its_type,
    check_names_its_slots,
    check_writes_every_slot,
    check_uses_every_slot,
    check_blocks_equal_whole,
    check_resumes,
    check_is_deterministic,
    check_draws_no_chance,
    check_serves_two_models,
    check_keeps_nothing_in_itself,
    check_has_a_rate_of_its_own,
    check_refuses_a_negative_rate,
    check_takes_the_rate_it_is_given,
    check_stands_still_without_a_rate,
    check_first_update_is_finite,
    check_late_updates_are_finite,
    check_survives_a_gradient_of_zero,
    check_survives_zeros_in_a_gradient,
    check_goes_downhill,
]
