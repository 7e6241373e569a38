"""Promises of a schedule: a factor for every update of every run, in any order of calls."""

from __future__ import annotations

import math
from dataclasses import replace

from ravine.contracts.schedule import Schedule, sees_evaluations
from ravine.testing.evaluations import evaluations
from ravine.testing.numerics import assert_keeps_nothing, same_chance

_ROWS = evaluations()

RUNS = (2, 10, 500)
"""Updates of the runs for most checks; runs of one and of very many updates have their own checks."""


def _factor(schedule: Schedule, step: int, steps: int) -> float:
    """Return a factor; a schedule that follows evaluations sees one for every ten updates."""
    if sees_evaluations(type(schedule)):
        return schedule.factor(step, steps, evaluations=_ROWS[: step // 10 + 1])
    return schedule.factor(step, steps)


def _factors(schedule: Schedule, steps: int) -> list[float]:
    return [_factor(schedule, step, steps) for step in range(steps)]


def _assert_a_factor(schedule: Schedule, step: int, steps: int, advice: str) -> None:
    try:
        factor = _factor(schedule, step, steps)
    except (ArithmeticError, LookupError, RecursionError) as error:
        raise AssertionError(f"factor({step}, {steps}): {type(error).__name__}, {error}: {advice}") from error
    assert 0 <= factor < math.inf, f"factor({step}, {steps}) is {factor}: {advice}"


def check_is_a_number(schedule: Schedule) -> None:
    """Every factor is a Python float."""
    for steps in RUNS:
        kinds = {type(factor).__name__ for factor in _factors(schedule, steps)} - {"float"}
        assert not kinds, (
            f"factors are of type {', '.join(sorted(kinds))}: return a float(…), because NumPy's numbers turn "
            "arrays into float64"
        )


def check_is_finite(schedule: Schedule) -> None:
    """Every factor of a run is finite."""
    for steps in RUNS:
        for step, factor in enumerate(_factors(schedule, steps)):
            assert math.isfinite(factor), f"factor({step}, {steps}) is {factor}"


def check_is_not_negative(schedule: Schedule) -> None:
    """No factor is below 0: such an update would go uphill."""
    for steps in RUNS:
        for step, factor in enumerate(_factors(schedule, steps)):
            assert not factor < 0, f"factor({step}, {steps}) is {factor}: is max(0, …) missing?"


def check_moves_something(schedule: Schedule) -> None:
    """In every run at least one factor is not 0."""
    for steps in RUNS:
        assert any(_factors(schedule, steps)), (
            f"all factors of a run of {steps} updates are 0: step begins at 0 and ends at {steps - 1}"
        )


def check_takes_a_run_of_one_update(schedule: Schedule) -> None:
    """A run may have one update."""
    _assert_a_factor(schedule, 0, 1, "the only step is the last, steps - 1 = 0")


def check_takes_the_last_update(schedule: Schedule) -> None:
    """The last update, ``step = steps - 1``, has a factor like any other update."""
    for steps in RUNS:
        _assert_a_factor(
            schedule, steps - 1, steps, "this is the last update, there is no call with step = steps"
        )


def check_takes_a_long_run(schedule: Schedule) -> None:
    """A run may have a million updates."""
    steps = 1_000_000
    for step in (0, steps // 2, steps - 1):
        _assert_a_factor(schedule, step, steps, "compute it from step, not from the factor before it")


def check_is_the_same_in_any_order(schedule: Schedule) -> None:
    """Called backwards, the factors are the same: a run that is continued begins in the middle."""
    for steps in RUNS:
        forwards = _factors(schedule, steps)
        backwards = [_factor(schedule, step, steps) for step in reversed(range(steps))][::-1]
        for step, (one, other) in enumerate(zip(forwards, backwards, strict=True)):
            assert one == other, (
                f"factor({step}, {steps}) is {one} called forwards, {other} backwards: compute it from step "
                "and steps only"
            )


def check_serves_two_runs(schedule: Schedule) -> None:
    """Two runs of different length, which call in turn, get the same factors as each alone."""
    few, many = RUNS[-2:]
    alone = _factors(schedule, few), _factors(schedule, many)[:few]
    asked = [(_factor(schedule, step, few), _factor(schedule, step, many)) for step in range(few)]
    for steps, one, other in zip((few, many), alone, zip(*asked, strict=True), strict=True):
        assert one == list(other), (
            f"a run of {steps} updates gets different factors while a second run goes on: keep nothing of a run"
        )


def check_is_deterministic(schedule: Schedule) -> None:
    """Two schedules with the same fields give the same factors."""
    equals = replace(schedule), replace(schedule)
    one, other = (_factors(equal, RUNS[-1]) for equal in equals)
    apart = sum(a != b for a, b in zip(one, other, strict=True))
    assert not apart, (
        f"{apart} of {len(one)} factors differ between two equal schedules: do they depend on randomness?"
    )


def check_draws_nothing_global(schedule: Schedule) -> None:
    """No global random number is drawn."""
    with same_chance(schedule):
        _factors(schedule, 10)


def check_keeps_nothing_in_itself(schedule: Schedule) -> None:
    """A call of factor changes nothing in the component or its class."""
    assert_keeps_nothing(schedule, lambda: _factors(schedule, 10))


CHECKS = [
    check_is_a_number,
    check_is_finite,
    check_is_not_negative,
    check_moves_something,
    check_takes_a_run_of_one_update,
    check_takes_the_last_update,
    check_takes_a_long_run,
    check_is_the_same_in_any_order,
    check_serves_two_runs,
    check_is_deterministic,
    check_draws_nothing_global,
    check_keeps_nothing_in_itself,
]
