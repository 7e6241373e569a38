"""Promises of rules, optimizers and transforms: they write in place, and keep their state in their slots."""

from __future__ import annotations

import itertools
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.layer import ParameterSpec
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.rule import Place, Role, Rule, asks, is_evaluated_elsewhere
from ravine.contracts.transform import Transform
from ravine.engine.parameters import Parameters
from ravine.engine.promises.rule import started
from ravine.engine.update import Update
from ravine.testing.numerics import assert_keeps_nothing, only, only_given_chance, rng, source, spied

__all__ = ["CHECKS", "MANY", "RATE", "STEPS", "Trial", "assert_same"]

RATE = 0.01
STEPS = 5
MANY = 48
"""Updates after which also a rule that moves at every k-th update only has moved, for k up to 24."""

_BLOCKS = (6000, 8)
"""Shape of a weight that is so large that it is cut into several blocks."""


@dataclass(frozen=True)
class _Momentum(Optimizer, slots=("v",)):
    """The optimizer that transforms are tested with; its steps do not always agree with the gradient."""

    lr: float = RATE

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (v,) = state
        v *= 0.9
        v += g
        theta -= lr * v


class Trial:
    """A rule on three layers of a weight and a bias each, with gradients that are the same every time.

    The function is half a squared distance, and its middle jumps from update to update, so that a gradient
    asked for at other parameters differs from the one that was given.

    Parameters
    ----------
    rule : Optimizer or Transform
        The rule to test; None for an optimizer without a transform.
    weight, bias : tuple of int
        Shapes of the two arrays of a layer.
    dtype : dtype
        float32 or float64.
    fuses : bool
        Whether the rule runs as a compiled loop where this gives the same bits.
    """

    def __init__(
        self,
        rule: Rule | None,
        *,
        weight: tuple[int, ...] = (6, 8),
        bias: tuple[int, ...] = (8,),
        dtype: DTypeLike = np.float64,
        fuses: bool = False,
    ) -> None:
        self._rule = rule or _Momentum()
        layer = {
            "W": ParameterSpec(weight, weight[0], weight[-1], decay=True),
            "b": ParameterSpec(bias, fill=0.0),
        }
        specs = {(f"{depth}.trial", name): spec for depth in range(3) for name, spec in layer.items()}
        self.parameters = Parameters(specs, dtype)
        self.theta, self.grad = self.parameters.theta, self.parameters.grad
        self.theta[:] = rng(1).standard_normal(len(self.theta))
        self.chance = rng(2)
        self.loss = 1.0
        self._middle = self.theta.copy()
        asked: dict[str, Callable[[], Any]] = {
            "loss": lambda: self.loss,
            "gradient_at": lambda: self._gradient_at,
            "rng": lambda: self.chance,
        }
        optimizer = self._rule if isinstance(self._rule, Optimizer) else _Momentum()
        transforms = {"trial": rule} if isinstance(rule, Transform) else {}
        self.update = Update(optimizer, self.parameters, transforms, asked, fuses=fuses)
        kept = {name.removeprefix("trial."): array for name, array in self.update.kept.items()}
        self.own = kept if isinstance(rule, Transform) else self.update.state
        self.first = {name: array.copy() for name, array in self.own.items()}

    def gradient(self, t: int) -> Array:
        """Return the gradient of update ``t``; the gradients have different norms."""
        drawn: Array = rng(100 + t).standard_normal(len(self.theta)) * (1 + t % 3) / 2
        return drawn.astype(self.theta.dtype)

    def step(self, t: int = 1, lr: float = RATE, *, downhill: bool = False) -> None:
        """Make update ``t`` without NumPy's warnings; numbers that are not finite are found afterwards.

        The gradient is random; downhill it is that of half the squared norm of the parameters.
        """
        self.take(t, self.theta.copy() if downhill else self.gradient(t), lr)

    def take(self, t: int, g: Array, lr: float = RATE) -> None:
        """Make update ``t`` with a gradient."""
        self.grad[:] = g
        with np.errstate(all="ignore"), self._allowed():
            self._middle = self.theta - g
            self.loss = float(g @ g) / 2
            if self.update.before(t, lr):
                self.update(t, lr)

    def run(self, first: int = 1, last: int = STEPS) -> Trial:
        """Make several updates."""
        for t in range(first, last + 1):
            self.step(t)
        return self

    @property
    def all(self) -> dict[str, Array]:
        """Parameters, those at which a run is evaluated, and the rule's state, by name."""
        found = {"theta": self.theta, **self.own}
        with self._allowed():
            there = self.update.evaluated()
        return found if there is None else found | {"evaluated parameters": there}

    def goes_on_from(self, other: Trial, t: int) -> Trial:
        """Take over what another trial has after ``t`` updates."""
        self.theta[:] = other.theta
        for ours, theirs in ((self.update.state, other.update.state), (self.update.kept, other.update.kept)):
            for name, array in ours.items():
                array[...] = theirs[name]
        self.chance.bit_generator.state = other.chance.bit_generator.state
        self.update.resume(t)
        return self

    def infinite(self) -> list[str]:
        """Return the names of arrays that are not finite."""
        return [name for name, array in self.all.items() if not np.isfinite(array).all()]

    @contextmanager
    def _allowed(self) -> Iterator[None]:
        """Fail if the rule does what the engine refuses."""
        try:
            yield
        except (TypeError, ValueError) as error:
            *_, (frame, _) = traceback.walk_tb(error.__traceback__)
            if not frame.f_globals["__name__"].startswith("ravine.engine."):
                raise
            where, _ = source(error.__cause__ or error, self._rule)
            raise AssertionError(f"{error} ({where})" if where else str(error)) from error

    def _gradient_at(self, theta: Array) -> tuple[float, Array]:
        away = theta - self._middle
        return float(away @ away) / 2, away


def assert_same(one: Trial, other: Trial, why: str) -> None:
    """Fail if two trials differ in a bit."""
    theirs = other.all
    for name, array in one.all.items():
        apart = int(np.count_nonzero(array != theirs[name]))
        assert array.tobytes() == theirs[name].tobytes(), (
            f"{name} differs in {apart} of {array.size} numbers: {why}"
        )


def _assert_finite_after(t: int, trial: Trial, why: str) -> None:
    """Fail if update ``t`` makes a number that is not finite."""
    try:
        trial.step(t)
    except ArithmeticError as error:
        raise AssertionError(f"update {t} raises {type(error).__name__}, {error}: {why}") from error
    assert not trial.infinite(), f"{trial.infinite()} are not finite after update {t}: {why}"


# ---- what is written -----------------------------------------------------------------------------------------


def check_keeps_its_type(rule: Rule) -> None:
    """Computations are in the type of the parameters, float32 or float64."""
    for dtype in (np.float32, np.float64):
        seen = _seen(rule, np.dtype(dtype))
        assert not seen, (
            f"{seen[0]} but parameters are {np.dtype(dtype)}: np.sqrt or np.float64 of a number turns arrays "
            "into float64, use ** 0.5, math.sqrt and float(…); make arrays by np.full_like(g, …), without dtype"
        )


def _seen(rule: Rule, dtype: np.dtype[Any]) -> list[str]:
    """Return the operations of two updates in another type than that of the parameters."""
    if rule.sees not in ("array", "named"):
        return _seen_at(rule, Place("0.trial.W", (12,), "hidden", 0, 1, decay=1.0), dtype)
    shapes: dict[Role, tuple[int, ...]] = {"input": (4, 3), "hidden": (4, 3), "output": (4, 3), "other": (3,)}
    places = (Place("0.trial.W", shape, role, 0, 1, decay=1.0) for role, shape in shapes.items())
    return [operation for place in places for operation in _seen_at(rule, place, dtype)]


def _seen_at(rule: Rule, place: Place, dtype: np.dtype[Any]) -> list[str]:
    """Return the operations of two updates of one array in another type than that of the parameters."""
    about = {"place": place} if "place" in asks(type(rule), "start") else {}
    numbers = [np.full(place.shape, value, dtype) for value in (0.5, 0.25, 0.75)]
    (theta, g, previous, *state), seen = spied(*numbers, *started(rule, numbers[0], about).values())

    def shaped(value: Any) -> Any:
        return {place.name: value} if rule.sees == "named" else value

    asked = {
        "place": place,
        "places": {place.name: place},
        "loss": 1.0,
        "gradient_at": lambda _: (1.0, shaped(g.copy())),
        "rng": rng(3),
    }
    with np.errstate(all="ignore"):
        for t in (1, 2):
            for method, own in _methods(rule):
                arrays = [theta, previous, g] if method == "after" else [theta, g]
                words = {word: asked[word] for word in asks(type(rule), method)}
                own(*map(shaped, arrays), shaped(state), t=t, lr=RATE, **words)
            words = {word: asked[word] for word in asks(type(rule), "evaluated")}
            rule.evaluated(shaped(theta), shaped(state), t=t, **words)
    return seen


def _methods(rule: Rule) -> list[tuple[str, Callable[..., None]]]:
    """Return the methods of a rule that an update calls, in order."""
    return [(name, getattr(rule, name)) for name in ("before", "step", "after") if hasattr(rule, name)]


def check_spares_what_it_reads(rule: Rule) -> None:
    """The parameters at which a run is evaluated are a result: nothing changes when they are asked for."""
    # The engine gives arrays that cannot be written to.
    _ = Trial(rule).run(last=MANY).all


@only(lambda rule: is_evaluated_elsewhere(type(rule)))
def check_is_evaluated_at_its_start(rule: Rule) -> None:
    """Before the first update the parameters at which a run is evaluated are finite numbers: t is 0 then."""
    with np.errstate(all="ignore"):
        there = Trial(rule).all["evaluated parameters"]
    assert np.isfinite(there).all(), (
        "evaluated gives numbers that are not finite at t = 0: every run is evaluated before its first update"
    )


# ---- slots ---------------------------------------------------------------------------------------------------


def check_names_its_slots(rule: Rule) -> None:
    """Slots are a tuple of different names, by which the arrays are stored."""
    slots = rule.slots
    assert isinstance(slots, tuple), f'slots = {slots!r} is not a tuple: one slot needs a comma, slots=("m",)'
    wrong = [name for name in slots if not name.isidentifier()]
    assert not wrong, f"slots {wrong} are not names: use letters, digits and _"
    assert len(set(slots)) == len(slots), f"slots = {slots!r}: two have the same name, and would be one array"


@only(lambda rule: type(rule).start is not Rule.start)
def check_starts_every_slot(rule: Rule) -> None:
    """Every slot is started for some array, and a start depends on the array only."""
    one, other = Trial(rule), Trial(rule)
    never = [slot for slot in rule.slots if slot not in {name.partition(".")[0] for name in one.own}]
    assert not never, f"slots {never} are started for no array: does start leave them out?"
    assert_same(one, other, "start must depend on fields and on the array only")


@only(lambda rule: bool(rule.slots))
def check_writes_every_slot(rule: Rule) -> None:
    """Every slot that is 0 at first is changed, in place."""
    # A rule may have emptied a slot at its last update.
    trial = Trial(rule).run(last=MANY + 1)
    idle = [name for name, array in trial.own.items() if not array.any() and not trial.first[name].any()]
    assert not idle, (
        f"slots {idle} never change: was the array rebound (m = …) instead of changed (m *= …), or is it not "
        "needed?"
    )


@only(lambda rule: bool(rule.slots))
def check_uses_every_slot(rule: Rule) -> None:
    """The parameters, or those at which a run is evaluated, depend on every slot."""
    # Some slots matter early only, or for gradients of some size, or once gradients agree, as they do downhill.
    ways = list(itertools.product((MANY - STEPS, STEPS), (1.0, None, 1e-3, 1e3)))
    for name in Trial(rule).own:
        assert any(_uses(name, rule, at, size) for at, size in ways), (
            f"slot {name!r}, set to 0 between updates, changes no parameter: does step use it, or is it not "
            "needed?"
        )


def _uses(slot: str, rule: Rule, at: int, size: float | None) -> bool:
    """Whether parameters are different after a slot was set to 0 between updates, while the rate falls.

    Parameters
    ----------
    slot, rule
        The slot, and its rule.
    at : int
        The update after which it is set to 0.
    size : float, optional
        Size of the gradients, which are random; without it, they go downhill.
    """
    through, without = Trial(rule), Trial(rule)
    rate = rule.lr if size is None and isinstance(rule, Optimizer) else RATE
    last = at + 2 * STEPS
    for t in range(1, last + 1):
        for trial in (through, without):
            g = trial.theta.copy() if size is None else size * trial.gradient(t)
            trial.take(t, g, rate * (1 - t / (2 * last)))
        if t == at:
            without.own[slot][...] = 0
    ours, theirs = through.all, without.all
    return any((ours[name] != theirs[name]).any() for name in ours if name not in through.own)


@only(lambda rule: rule.sees == "block")
def check_blocks_equal_whole(rule: Rule) -> None:
    """In blocks, the parameters get the same bits as in one piece."""
    cls = type(rule)
    given = {field.name: getattr(rule, field.name) for field in fields(rule)}
    whole = type(cls.__name__, (cls,), {}, sees="all")(**given)
    for dtype in (np.float32, np.float64):
        assert_same(
            Trial(rule, weight=_BLOCKS, dtype=dtype).run(),
            Trial(whole, weight=_BLOCKS, dtype=dtype).run(),
            'the rule does not treat every coordinate independently: declare sees="all" or sees="array"',
        )


# ---- runs ----------------------------------------------------------------------------------------------------


def check_resumes(rule: Rule) -> None:
    """Stopped and continued from its parameters and slots, it ends with the same bits."""
    through, first = Trial(rule).run(), Trial(rule).run(last=2)
    # After a restart there may be a different model first.
    Trial(rule).run(last=3)
    second = Trial(replace(rule)).goes_on_from(first, 2)
    assert_same(
        through, second.run(first=3), "an update may need only slots and t: keep everything else in slots"
    )


def check_is_deterministic(rule: Rule) -> None:
    """The same gradients give the same bits."""
    assert_same(Trial(rule).run(), Trial(rule).run(), "does it depend on randomness, or on the run before?")


def check_draws_no_chance(rule: Rule) -> None:
    """No random number is drawn but from the ``rng`` that an update may ask for."""
    with only_given_chance(rule):
        Trial(rule).run()


def check_serves_two_models(rule: Rule) -> None:
    """One component can train two models at once, with the same result as each alone."""
    alone, one, other = Trial(rule).run(), Trial(rule), Trial(rule)
    other.theta *= -2
    for t in range(1, STEPS + 1):
        one.step(t)
        other.step(t + STEPS)
    assert_same(alone, one, "is state kept in the class, the instance or the module? declare it as slots")


def check_keeps_nothing_in_itself(rule: Rule) -> None:
    """An update changes nothing in the component or its class."""
    assert_keeps_nothing(rule, lambda: Trial(rule, weight=(5, 3)).run())


# ---- numbers -------------------------------------------------------------------------------------------------


def check_first_update_is_finite(rule: Rule) -> None:
    """Updates are numbered from 1, and the first is finite."""
    _assert_finite_after(1, Trial(rule), "t begins at 1, so a correction with t - 1 divides by 0")


def check_late_updates_are_finite(rule: Rule) -> None:
    """Update number one million is finite."""
    trial = Trial(rule).run()
    _assert_finite_after(1_000_000, trial, "does something grow with t, like 1 / beta ** t?")


def _infinite_after(rule: Rule, dtype: DTypeLike, change: Callable[[Array], None]) -> list[str]:
    """Return what is not finite after three gradients in which ``change`` has set numbers of arrays to 0."""
    trial = Trial(rule, dtype=dtype)
    for t in (1, 2, 3):
        g = trial.gradient(t)
        for array in trial.parameters.named(g).values():
            change(array)
        trial.take(t, g)
    return trial.infinite()


def check_survives_a_gradient_of_zero(rule: Rule) -> None:
    """If the gradient is 0 from the start, all numbers stay finite."""

    def all_of_it(g: Array) -> None:
        g[...] = 0

    for dtype in (np.float32, np.float64):
        infinite = _infinite_after(rule, dtype, all_of_it)
        assert not infinite, (
            f"{infinite} are not finite after gradients of 0 in {np.dtype(dtype)}: is an ε missing in "
            "a quotient, or is it too small for that type?"
        )


def check_survives_zeros_in_a_gradient(rule: Rule) -> None:
    """If a row and a column of the gradient are 0 from the start, all numbers stay finite."""

    def row_and_column(g: Array) -> None:
        if g.ndim > 1:
            g[1], g[:, 2] = 0, 0

    for dtype in (np.float32, np.float64):
        infinite = _infinite_after(rule, dtype, row_and_column)
        assert not infinite, (
            f"{infinite} are not finite after gradients whose second row and third column are 0, in "
            f"{np.dtype(dtype)}: is an ε missing where a mean of a row or of a column is divided by?"
        )


CHECKS = [
    check_keeps_its_type,
    check_spares_what_it_reads,
    check_is_evaluated_at_its_start,
    check_names_its_slots,
    check_starts_every_slot,
    check_writes_every_slot,
    check_uses_every_slot,
    check_blocks_equal_whole,
    check_resumes,
    check_is_deterministic,
    check_draws_no_chance,
    check_serves_two_models,
    check_keeps_nothing_in_itself,
    check_first_update_is_finite,
    check_late_updates_are_finite,
    check_survives_a_gradient_of_zero,
    check_survives_zeros_in_a_gradient,
]
