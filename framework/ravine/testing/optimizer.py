"""Promises of an optimizer: it writes in place, keeps its state in its slots, and goes downhill."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ravine.component import Array
from ravine.layer import ParameterSpec
from ravine.optimizer import Optimizer
from ravine.parameters import Parameters
from ravine.testing.numerics import only, rng, same_chance, widened
from ravine.training import Update

RATE = 0.01


class Trial:
    """An optimizer on a weight and a bias, with gradients that are the same every time.

    Parameters
    ----------
    optimizer : Optimizer
        What is tried.
    rows : int
        Of the weight, which has 8 columns.
    """

    steps: ClassVar[int] = 5

    def __init__(self, optimizer: Optimizer, *, dtype: DTypeLike = np.float64, rows: int = 6) -> None:
        specs = {
            ("0.trial", "W"): ParameterSpec((rows, 8), rows, 8),
            ("0.trial", "b"): ParameterSpec((8,), fill=0.0),
        }
        self.parameters = Parameters(specs, dtype)
        self.theta, self.grad = self.parameters.theta, self.parameters.grad
        self.theta[:] = rng(1).normal(size=len(self.theta))
        self.update = Update(optimizer, self.parameters)

    def gradient(self, t: int) -> Array:
        return rng(100 + t).normal(size=len(self.theta)).astype(self.theta.dtype)

    def step(self, t: int = 1, lr: float = RATE) -> None:
        self.grad[:] = self.gradient(t)
        self.update(t, lr)

    def run(self, first: int = 1, last: int = steps) -> Trial:
        for t in range(first, last + 1):
            self.step(t)
        return self

    @property
    def all(self) -> dict[str, Array]:
        return {"theta": self.theta, **self.update.state}


def _assert_same(one: Trial, other: Trial, why: str) -> None:
    for name, array in one.all.items():
        apart = int(np.count_nonzero(array != other.all[name]))
        assert array.tobytes() == other.all[name].tobytes(), (
            f"{name} differs in {apart} of {array.size} numbers: {why}"
        )


def check_moves_parameters_in_place(optimizer: Optimizer) -> None:
    """An update changes the array of parameters that it is given."""
    trial = Trial(optimizer)
    before = trial.theta.copy()
    trial.step()
    assert (trial.theta != before).any(), (
        "no parameter changed: was theta rebound (theta = …) instead of written (theta -= …)?"
    )


def check_spares_the_gradient(optimizer: Optimizer) -> None:
    """The gradient is only read."""
    trial = Trial(optimizer).run()
    assert (trial.grad == trial.gradient(trial.steps)).all(), (
        "step wrote into g: work on a new array (d = g + …), or on a slot"
    )


def check_keeps_its_type(optimizer: Optimizer) -> None:
    """Parameters in float32 are computed with in float32."""
    theta, seen = widened(np.ones((4, 3), np.float32))
    g, also_seen = widened(np.full((4, 3), 0.5, np.float32))
    slots = [widened(np.zeros((4, 3), np.float32)) for _ in optimizer.slots]
    for t in (1, 2):
        optimizer.step(theta, g, [slot for slot, _ in slots], t=t, lr=RATE)
    seen = [*seen, *also_seen, *(text for _, texts in slots for text in texts)]
    assert not seen, (
        f"{seen[0]} where float32 is computed with: np.sqrt or np.float64 of a number lifts arrays; "
        "use ** 0.5, math.sqrt and float(…)"
    )


@only(lambda optimizer: bool(optimizer.slots))
def check_writes_every_slot(optimizer: Optimizer) -> None:
    """Every slot that is declared is written, in place."""
    trial = Trial(optimizer).run()
    idle = [name for name, array in trial.update.state.items() if not array.any()]
    assert not idle, (
        f"slots {idle} never change: was the array rebound (m = …) instead of written (m *= …), or is it not needed?"
    )


@only(lambda optimizer: optimizer.sees == "block")
def check_blocks_equal_whole(optimizer: Optimizer) -> None:
    """Cut into blocks, the parameters end at the same bits as in one piece."""
    whole = type(type(optimizer).__name__, (type(optimizer),), {}, sees="all")(**vars(optimizer))
    pieces, piece = Trial(optimizer, rows=6000).run(), Trial(whole, rows=6000).run()
    _assert_same(
        pieces, piece, 'the rule does not treat every coordinate alone: declare sees="all" or sees="array"'
    )


def check_resumes(optimizer: Optimizer) -> None:
    """Stopped and continued from its parameters and slots, it ends at the same bits."""
    through, first = Trial(optimizer).run(), Trial(optimizer).run(last=2)
    second = Trial(replace(optimizer))
    for name, array in second.all.items():
        array[:] = first.all[name]
    _assert_same(
        through, second.run(first=3), "what an update needs of the past belongs into slots, or follows from t"
    )


def check_is_deterministic(optimizer: Optimizer) -> None:
    """The same gradients give the same bits."""
    _assert_same(
        Trial(optimizer).run(),
        Trial(optimizer).run(),
        "chance, or something kept from the run before, joins in",
    )


def check_draws_nothing_global(optimizer: Optimizer) -> None:
    """No global random number is drawn."""
    with same_chance():
        Trial(optimizer).run()


def check_serves_two_models(optimizer: Optimizer) -> None:
    """One component moves two models at once as it moves each alone."""
    alone, one, other = Trial(optimizer).run(), Trial(optimizer), Trial(optimizer, rows=3)
    for t in range(1, one.steps + 1):
        one.step(t)
        other.step(t)
    _assert_same(alone, one, "state is kept in the class, the instance or the module: declare it as slots")


def check_takes_the_rate_it_is_given(optimizer: Optimizer) -> None:
    """The learning rate of an update is the argument ``lr``, which a schedule changes, and not the field."""
    ours, theirs = Trial(optimizer), Trial(replace(optimizer, lr=optimizer.lr * 2 + 1))
    _assert_same(
        ours.run(), theirs.run(), "step reads self.lr: take the argument lr, which has the schedule's factor"
    )
    slower = Trial(optimizer)
    slower.step(lr=RATE / 2)
    ours = Trial(optimizer)
    ours.step()
    assert (slower.theta != ours.theta).any(), (
        "half the learning rate makes the same step: the argument lr is not used"
    )


def check_stands_still_without_a_rate(optimizer: Optimizer) -> None:
    """With a learning rate of 0 no parameter moves."""
    trial = Trial(optimizer)
    before = trial.theta.copy()
    for t in (1, 2, 3):
        trial.step(t, lr=0.0)
    assert (trial.theta == before).all(), (
        "parameters move with lr = 0: every term of the step is multiplied by lr"
    )


def check_first_update_is_finite(optimizer: Optimizer) -> None:
    """Updates are numbered from 1, and the first is finite."""
    trial = Trial(optimizer)
    trial.step(1)
    for name, array in trial.all.items():
        assert np.isfinite(array).all(), f"{name} is not finite after update 1: t begins at 1, not at 0"


def check_survives_a_gradient_of_zero(optimizer: Optimizer) -> None:
    """Where the gradient is 0 from the start, everything stays finite."""
    trial = Trial(optimizer)
    for t in (1, 2, 3):
        trial.grad[:] = 0
        trial.update(t, RATE)
    for name, array in trial.all.items():
        assert np.isfinite(array).all(), (
            f"{name} is not finite after gradients of 0: is there an ε in the quotient?"
        )


def check_goes_downhill(optimizer: Optimizer) -> None:
    """Half the squared norm of the parameters is lower after 200 updates at its own learning rate."""
    trial = Trial(optimizer)
    start = float(trial.theta @ trial.theta)
    for t in range(1, 201):
        trial.grad[:] = trial.theta
        trial.update(t, optimizer.lr)
    end = float(trial.theta @ trial.theta)
    assert end < start, (
        f"|θ|² / 2 went from {start / 2:.4g} to {end / 2:.4g} in 200 updates at lr = {optimizer.lr}: is the sign right, "
        "and the default rate?"
    )


def check_keeps_nothing_in_itself(optimizer: Optimizer) -> None:
    """An update changes nothing in the component or its class."""

    def held() -> dict[str, str]:
        return {name: repr(value) for name, value in {**vars(type(optimizer)), **vars(optimizer)}.items()}

    before = held()
    Trial(optimizer).run()
    changed = [name for name, value in held().items() if before.get(name) != value]
    assert not changed, f"step changed {changed} of the component: state belongs into slots"


CHECKS = [
    check_moves_parameters_in_place,
    check_spares_the_gradient,
    check_keeps_its_type,
    check_writes_every_slot,
    check_blocks_equal_whole,
    check_resumes,
    check_is_deterministic,
    check_draws_nothing_global,
    check_serves_two_models,
    check_takes_the_rate_it_is_given,
    check_stands_still_without_a_rate,
    check_first_update_is_finite,
    check_survives_a_gradient_of_zero,
    check_goes_downhill,
    check_keeps_nothing_in_itself,
]
