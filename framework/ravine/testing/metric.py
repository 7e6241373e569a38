"""Promises of a metric: one number of a run, None if the run ended too early, or an error in words."""

from __future__ import annotations

import copy
import functools
import math
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ravine.contracts.metric import Metric
from ravine.records.run import Run
from ravine.testing.numerics import assert_keeps_nothing, meant, same_chance
from ravine.testing.runs import STEPS, Ends, contents, descent, in_words, learner, minimized

_KINDS: dict[str, Callable[..., Run]] = {
    "a descent on a surface": descent,
    "a descent on a function": minimized,
    "a network that probes watched": learner,
    "a network without probes, whose targets are rows": functools.partial(learner, rows=True, watching={}),
}


@functools.cache
def _made(what: str, *, seed: int = 0, ends: Ends = "completed", steps: int = STEPS) -> Run:
    return _KINDS[what](seed=seed, ends=ends, steps=steps)


def _measure(metric: Metric, run: Run) -> float | None:
    """Measure a run, without warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return metric.measure(run)


def _tried(metric: Metric, what: str, **how: Any) -> tuple[float | None, Exception | None]:
    """Return the number of a run, or the error; the run is a copy, so that no check changes it for the next."""
    try:
        return _measure(metric, copy.deepcopy(_made(what, **how))), None
    except Exception as error:
        return None, error


def _numbers(metric: Metric) -> Iterator[tuple[str, float | None]]:
    """Yield the names and numbers of the kit's completed runs, without those that are refused."""
    for what in _KINDS:
        value, error = _tried(metric, what)
        if error is None:
            yield what, value


def check_measures_a_run(metric: Metric) -> None:
    """At least one of the kit's runs has the number: a descent on a surface or a function, or a network."""
    assert any(value is not None for _, value in _numbers(metric)), (
        "no run of the kit has the number: give the metric fields with which one has it, "
        "or exempt it if it needs something that they do not have"
    )


def check_gives_a_plain_float(metric: Metric) -> None:
    """The number is a Python float, or None."""
    for what, value in _numbers(metric):
        assert value is None or type(value) is float, (
            f"of {what} measure returns {value!r}, which is a {type(value).__name__}: return float(…)"
        )


def check_gives_a_finite_number(metric: Metric) -> None:
    """The number is never NaN or infinite, also for a run that diverged."""
    for what, value in _numbers(metric):
        for number in (value, _tried(metric, what, ends="diverged")[0]):
            assert number is None or math.isfinite(number), f"of {what} measure returns {number}: return None"


def check_says_what_runs_lack(metric: Metric) -> None:
    """Runs that cannot have the number are refused with a ValueError that says what is missing."""
    for what in _KINDS:
        _, error = _tried(metric, what)
        assert error is None or meant(error, metric), (
            f"of {what} it breaks with {type(error).__name__}: {error}: look whether the run has it, "
            "run.arrays.get(…), and raise a ValueError that says what runs have"
        )
        assert error is None or in_words(error), (
            f"of {what} it says {str(error)!r}: say in a sentence what is missing in such runs"
        )


def check_survives_divergence(metric: Metric) -> None:
    """A run that diverged, even at the first step, gives a number or None."""
    for what, _ in _numbers(metric):
        for ends in ("diverged", "diverged at once"):
            _assert_copes(_tried(metric, what, ends=ends)[1], f"{what}, which {ends}")


def check_survives_a_run_without_steps(metric: Metric) -> None:
    """A run without steps gives a number or None: on such a run metrics of claims are tried first."""
    for what, _ in _numbers(metric):
        _assert_copes(_tried(metric, what, steps=0)[1], f"{what}, which made no step")


def _assert_copes(error: Exception | None, what: str) -> None:
    assert error is None, (
        f"of {what}, it breaks with {type(error).__name__}: {error}: the run's arrays are short or empty; "
        "return None if the run ended too early"
    )


def check_leaves_the_run_alone(metric: Metric) -> None:
    """The run is not changed."""
    for what, _ in _numbers(metric):
        run = copy.deepcopy(_made(what))
        before = contents(run)
        _measure(metric, run)
        after = contents(run)
        changed = [key for key in before | after if key not in before or before[key] != after.get(key)]
        assert not changed, f"of {what}, {', '.join(changed)} changed: work on copies (x = x * 2, not x *= 2)"


def check_measures_the_same_twice(metric: Metric) -> None:
    """The same run gives the same number, in memory and read back from its files."""
    for what, value in _numbers(metric):
        run = _made(what)
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / run.id
            run.save(folder, "")
            for when, again in (("again", copy.deepcopy(run)), ("read back", Run.load(folder))):
                number = _measure(metric, again)
                assert number == value, (
                    f"{what} has the number {value}, {when} {number}: does it depend on randomness or time?"
                )


def check_forgets_other_runs(metric: Metric) -> None:
    """A run's number does not depend on which runs were measured before it."""
    for what, value in _numbers(metric):
        _tried(metric, what, seed=1)
        _tried(metric, what, ends="diverged")
        number, _ = _tried(metric, what)
        assert number == value, (
            f"{what} has the number {value}, and {number} after other runs were measured: keep nothing between "
            "calls"
        )


def check_keeps_nothing_in_itself(metric: Metric) -> None:
    """Measuring changes nothing in the component."""
    for what, _ in _numbers(metric):
        assert_keeps_nothing(metric, functools.partial(_tried, metric, what, seed=2))


def check_draws_nothing_global(metric: Metric) -> None:
    """No global random number is drawn."""
    for what, _ in _numbers(metric):
        with same_chance(metric):
            _tried(metric, what)


CHECKS = [
    check_measures_a_run,
    check_gives_a_plain_float,
    check_gives_a_finite_number,
    check_says_what_runs_lack,
    check_survives_divergence,
    check_survives_a_run_without_steps,
    check_leaves_the_run_alone,
    check_measures_the_same_twice,
    check_forgets_other_runs,
    check_keeps_nothing_in_itself,
    check_draws_nothing_global,
]
