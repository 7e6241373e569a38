"""Promises of a score: one number for outputs and targets, which do not change."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ravine.base.types import Array
from ravine.contracts.score import Score
from ravine.testing.numerics import assert_keeps_nothing, only_given_chance, refusal, rng

SIZES = (1, 2, 300)
"""Examples of the sets."""
OUTPUTS = 10
"""Outputs of an example: more than most scores count."""


def _sets(*, classes: bool) -> list[tuple[Array, Array]]:
    """Return outputs and targets of sets of different sizes."""
    chance, sets = rng(1), []
    for n in SIZES:
        y = 2 * chance.standard_normal((n, OUTPUTS))
        target = chance.integers(0, OUTPUTS, n) if classes else y + chance.standard_normal((n, OUTPUTS))
        sets.append((y, target))
    return sets


def _fitting(score: Score) -> list[tuple[Array, Array]]:
    """Return the sets of a kind of targets that it does not refuse."""
    for classes in (True, False):
        sets = _sets(classes=classes)
        y, target = (array.copy() for array in sets[-1])
        if refusal(lambda given=(y, target): score.score(*given)) is None:  # type: ignore[misc]
            return sets
    raise AssertionError("it refuses classes and numbers alike: one of them must have a score")


def check_is_a_number(score: Score) -> None:
    """It is a Python number, and finite."""
    for y, target in _fitting(score):
        given = score.score(y, target)
        assert type(given) is float, f"score returned a {type(given).__name__}: return float(…)"
        assert math.isfinite(given), f"score is {given} for {len(y)} examples: is something divided by 0?"


def check_takes_outputs_that_are_equal(score: Score) -> None:
    """It is a finite number where all outputs and targets are equal, as a dead network's are."""
    _, target = _fitting(score)[-1]
    same = np.full_like(target, target[0])
    with np.errstate(all="ignore"):
        given = score.score(np.zeros((len(target), OUTPUTS)), same)
    assert math.isfinite(given), f"score is {given} for equal outputs: is something divided by 0?"


def check_takes_float32(score: Score) -> None:
    """Outputs in float32 give the same number, to six digits."""
    y, target = _fitting(score)[-1]
    narrow, wide = score.score(y.astype(np.float32), target), score.score(y, target)
    assert math.isclose(narrow, wide, rel_tol=1e-4, abs_tol=1e-5), f"{narrow} in float32, {wide} in float64"


def check_spares_what_it_gets(score: Score) -> None:
    """Outputs and targets are not changed."""
    y, target = _fitting(score)[-1]
    before = y.copy(), target.copy()
    score.score(y, target)
    assert (y == before[0]).all(), "score writes into y: work on a new array"
    assert (target == before[1]).all(), "score writes into target: work on a new array"


def check_knows_no_order(score: Score) -> None:
    """The order of the examples does not matter, to rounding."""
    y, target = _fitting(score)[-1]
    one, other = score.score(y, target), score.score(y[::-1].copy(), target[::-1].copy())
    assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12), f"{one} forwards, {other} backwards"


def check_is_deterministic(score: Score) -> None:
    """Two with the same fields give the same number, and none is drawn."""
    with only_given_chance(score):
        one, other = ([replace(score).score(*given) for given in _fitting(score)] for _ in range(2))
    assert one == other, "two equal scores give different numbers: does it depend on randomness?"


def check_keeps_nothing_in_itself(score: Score) -> None:
    """A call changes nothing in the component or its class."""
    assert_keeps_nothing(score, lambda: [score.score(*given) for given in _fitting(score)])


CHECKS = [
    check_is_a_number,
    check_takes_outputs_that_are_equal,
    check_takes_float32,
    check_spares_what_it_gets,
    check_knows_no_order,
    check_is_deterministic,
    check_keeps_nothing_in_itself,
]
