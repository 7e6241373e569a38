"""Judge: finds out whether runs support a claim."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any, TypeVar

import numpy as np

from ravine.base.averages import mean
from ravine.base.intervals import bootstrap_interval, mean_p
from ravine.base.types import Array
from ravine.contracts.metric import Metric
from ravine.evidence.claim import Claim, Outcome, Verdict
from ravine.evidence.families import LEVEL
from ravine.evidence.statistics import Estimate, ImportanceOf, Statistic
from ravine.evidence.survivors import Side, differences, with_diverged
from ravine.records.axes import named, value_of
from ravine.records.directions import higher_is_better
from ravine.records.run import Run
from ravine.records.searches import SearchEntry, SearchRecord
from ravine.records.study import Study
from ravine.records.summary import are_one
from ravine.records.trial import Tried
from ravine.registry.guard import guarded

__all__ = [
    "fits",
    "fitting",
    "judge",
    "measured",
    "of_searches",
]


_BEYOND = "a difference is beyond the largest number"


def judge(claim: Claim, study: Study) -> Verdict:
    """Judge a claim by a study's runs.

    Raises
    ------
    ValueError
        If several runs of one seed fit, so that it is not clear which one is meant; or if these searches cannot
        have the statistic.
    """
    if claim.statistic is not None:
        return _judge_searches(claim, claim.statistic, study)
    assert claim.metric is not None
    against_number = not isinstance(claim.than, Mapping)
    left = _by_seed(study, claim.where, claim.best)
    right = left if against_number else _by_seed(study, claim.than, claim.best)
    copies = _copies(left, right)
    left = {seed: run for seed, run in left.items() if seed not in copies}
    right = left if against_number else {seed: run for seed, run in right.items() if seed not in copies}
    ours = _side_of(claim.metric, left)
    if against_number:
        theirs = Side(dict.fromkeys(left, float(claim.than)))
    else:
        theirs = _side_of(claim.than_metric or claim.metric, right)
    what = "runs" if against_number else "pairs"
    survivors = differences(ours, theirs)
    verdict = _judged(claim, survivors, left, right, what)
    if copies:
        same = f"the {len(copies) + 1} seeds gave the same numbers: this is one observation"
        same += ", and exact: true judges it" * (not claim.exact)
        verdict = replace(verdict, why="; ".join(filter(None, (verdict.why, same))))
    if unfit := {**theirs.unfit, **ours.unfit}:
        whose = f"{len(unfit)} of {len(left.keys() | right.keys())} {what}"
        shown = ", ".join(sorted({str(value) for value in unfit.values()}))
        why = f"its metric is not a finite number ({shown}) in {whose}"
        why = "; ".join(filter(None, (verdict.why, why)))
        verdict = replace(verdict, why=why)
    all_of_them = with_diverged(claim, verdict.outcome, ours, theirs)
    if not (diverged := len(all_of_them) - len(survivors)):
        return verdict
    outcome = _judged(claim, all_of_them, left, right, what).outcome
    return replace(verdict, diverged=diverged, with_diverged=outcome)


def _copies(left: Mapping[int, Run | None], right: Mapping[int, Run | None]) -> Sequence[int]:
    """Return the seeds of all pairs but the first, if all pairs have the same numbers."""
    seeds = [seed for seed in left if left[seed] and right.get(seed)]
    sides = [[run for seed in seeds if (run := side[seed])] for side in (left, right)]
    return seeds[1:] if all(map(are_one, sides)) else []


def _judged(
    claim: Claim,
    found: Sequence[float],
    left: Mapping[int, Any],
    right: Mapping[int, Any],
    what: str,
    of: str = "",
) -> Verdict:
    """Judge by the differences of the pairs that exist; ``left`` and ``right`` are the two sides by seed."""
    values, missing = np.array(found), len(left.keys() | right.keys()) - len(found)
    why = "" if np.isfinite(values).all() else _BEYOND
    average = None if why or not len(values) else mean(values)
    needed = 1 if claim.exact else claim.seeds
    if len(values) < needed:
        few = f"{len(values)} of {needed} {what}" if left and right else "no run fits"
        why = "; ".join(filter(None, (few, why)))
        lacks = needed if left and right else 0
        return Verdict(claim.says, "inconclusive", len(values), missing, average, why=why, of=of, needed=lacks)
    if claim.exact:
        return Verdict(claim.says, _exact(values, claim), len(values), missing, average, why=why)
    if why:
        return Verdict(claim.says, "inconclusive", len(values), missing, why=why, of=of)
    interval = bootstrap_interval(values)
    outcome = _outcome(claim, *interval)
    edges = (-claim.within, claim.within) if claim.is_ == "equal" else (0.0,)
    p = max(mean_p(values, edge) for edge in edges)
    p = p if outcome == "inconclusive" else min(p, LEVEL)
    return Verdict(claim.says, outcome, len(values), missing, average, interval, of=of, p=p)


def _outcome(claim: Claim, low: float, high: float) -> Outcome:
    """Return the outcome that follows from an interval of the difference."""
    if claim.is_ == "equal":
        inside, outside = (
            -claim.within <= low and high <= claim.within,
            claim.within < low or high < -claim.within,
        )
    else:
        inside, outside = (low > 0, high < 0) if claim.is_ == "higher" else (high < 0, low > 0)
    return "supported" if inside else "not supported" if outside else "inconclusive"


def _judge_searches(claim: Claim, statistic: Statistic, study: Study) -> Verdict:
    """Judge a claim on a statistic: over searches, paired by seed, or over the trials of a single search."""
    search = study.ledger.search
    if not search:
        raise ValueError("a statistic is of searches, and this study is none")
    left = _searches(claim, claim.where, study)
    right = _searches(claim, claim.than, study) if isinstance(claim.than, Mapping) else left
    than = claim.than
    ended = [tried for tried in left.values() if tried]
    if isinstance(statistic, ImportanceOf) and than == "chance" and ended:
        than = statistic.chance(ended, search)
    ours = _estimates(statistic, left, search)
    if right is left and len(left) == len(ours) == 1:
        (found,) = ours.values()
        low, high = (end - than for end in found.interval or (-math.inf, math.inf))
        if math.isfinite(low) and math.isfinite(high):
            outcome = _outcome(claim, low, high)
            p = 1.0 if outcome == "inconclusive" else LEVEL
            return Verdict(claim.says, outcome, found.n, 0, found.value - than, (low, high), of="trials", p=p)
    theirs = ours if right is left else _estimates(statistic, right, search)
    apart = [
        ours[seed].value - (than if right is left else theirs[seed].value)
        for seed in sorted(ours.keys() & theirs.keys())
    ]
    return _judged(claim, apart, left, right, "searches", "searches")


def _estimates(
    statistic: Statistic, searches: Mapping[int, Tried | None], search: SearchRecord
) -> dict[int, Estimate]:
    """Return the statistic of each search that has it.

    Raises
    ------
    ValueError
        If there are searches and none has it; it says what the first one lacks.
    """
    found, errors = {}, []
    for seed, tried in searches.items():
        if tried:
            try:
                found[seed] = statistic.measure(tried, search)
            except ValueError as error:
                errors.append(error)
    if errors and not found:
        raise errors[0]
    return found


def _searches(claim: Claim, where: Mapping[str, Any], study: Study) -> dict[int, Tried | None]:
    """Return the one search of each seed that fits, None where it has not ended."""
    searched = study.searched
    assert searched is not None
    of_seed: dict[int, Tried | None] = {}
    for one in of_searches(claim, where, searched.record):
        if one.seed in of_seed:
            raise ValueError(f"several searches of seed {one.seed} fit {dict(where)}")
        of_seed[one.seed] = searched.tried[one.key] if searched.has_ended(one.key) else None
    return of_seed


def of_searches(claim: Claim, where: Mapping[str, Any], search: SearchRecord) -> list[SearchEntry]:
    """Return the searches of the ledger that one side of a claim on a statistic is about.

    Raises
    ------
    ValueError
        If one of them cannot have the statistic.
    """
    assert claim.statistic is not None
    claim.statistic.check(search)
    these = [entry for entry in search.searches if fits({"sampler": entry.sampler}, where)]
    if (learns := [entry.sampler for entry in these if entry.learns]) and not claim.statistic.of_learning:
        raise ValueError(
            f"{learns[0]} learns, and tries some of the space more than the rest: where = {{sampler: ANOTHER}}"
        )
    return these


def _exact(values: Array, claim: Claim) -> Outcome:
    if claim.is_ == "equal":
        holds = bool((np.abs(values) <= claim.within).all())
    else:
        holds = bool((values > 0).all() if claim.is_ == "higher" else (values < 0).all())
    return "supported" if holds else "not supported"


def _measure(metric: Metric, run: Run | None) -> float | None:
    """Return a run's metric; None if there is no run, or no number."""
    return None if run is None or run.status == "failed" else measured(metric, run)


def _side_of(metric: Metric, runs: Mapping[int, Run | None]) -> Side:
    """Return what the runs of one side have by a metric."""
    given = {seed: _measure(metric, run) for seed, run in runs.items()}
    values = {
        seed: value if value is not None and math.isfinite(value) else None for seed, value in given.items()
    }
    lost = frozenset(
        seed for seed, run in runs.items() if run and run.status == "diverged" and values[seed] is None
    )
    unfit = {seed: given[seed] for seed in given.keys() - lost if given[seed] != values[seed]}
    return Side(values, lost, unfit)


def measured(metric: Metric, run: Run) -> float | None:
    """Return what a metric measures of a run.

    Raises
    ------
    ValueError
        If runs of this kind do not have this number.
    PluginError
        If the metric fails, or does not return a number or None.
    """
    with guarded(metric):
        value: Any = metric.measure(run.copy())
        if isinstance(value, bool) or not (value is None or isinstance(value, Real)):
            raise TypeError(f"measure returned {value!r:.80}, not a number or None")
    return None if value is None else float(value)


def _by_seed(study: Study, where: Mapping[str, Any], best: str) -> dict[int, Run | None]:
    """Return by seed the one run that fits, None if it was asked for and is not there."""
    chosen = study.ledger.chosen
    asked = [(one, chosen.get(name, {}), study.runs.get(name)) for name, one in study.asked.items()]
    if study.ledger.search:
        asked = [(one, chosen.get(run.id, {}) if run else {}, run) for one, run in study.chosen]
    by_seed: dict[int, list[Run | None]] = {}
    for settings, run in fitting(asked, where):
        by_seed.setdefault(settings["seed"], []).append(run)
    if not best and (several := [seed for seed, runs in by_seed.items() if len(runs) > 1]):
        raise ValueError(f"several runs of seed {several[0]} fit {dict(where)}")
    return {seed: _best(runs, best) if best else runs[0] for seed, runs in by_seed.items()}


def _best(runs: Sequence[Run | None], metric: str) -> Run | None:
    """Return the run that ends best, of equal ones the first; None as long as one of them is not there.

    A run that diverged has no end, and is chosen only if all have diverged.

    Raises
    ------
    ValueError
        If runs that have come to their end do not have the metric.
    """
    there = [run for run in runs if run is not None and run.status != "failed"]
    if len(there) < len(runs):
        return None
    ended = [run for run in there if run.status == "completed"]
    if lacks := [run for run in ended if metric not in run.final]:
        names = ", ".join(lacks[0].final) or "none"
        raise ValueError(f"best = {metric}: runs have no such metric at their end; they have {names}")
    sign = 1 if higher_is_better(metric) else -1
    return max(ended, key=lambda run: sign * run.final[metric]) if ended else there[0]


T = TypeVar("T")


def fitting(
    runs: Iterable[tuple[Mapping[str, Any], Mapping[str, str], T]], where: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], T]]:
    """Return the settings of runs that are those of one side of a claim, each with what belongs to it.

    A preset is meant by its own name. By the name of its component it is meant where nothing else has that.

    Parameters
    ----------
    runs : iterable of tuple
        Of each run its settings by full keys, the names of presets by group, and what belongs to it.
    where : dict
        The settings of a side of a claim.
    """
    runs = list(runs)
    called = [(settings, run) for settings, chosen, run in runs if fits(named(settings, chosen), where)]
    return called or [(settings, run) for settings, _, run in runs if fits(settings, where)]


def fits(values: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Return whether a run's settings, by their full keys, are those of one side of a claim."""
    return all(_same(value_of(values, key), wanted) for key, wanted in where.items())


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(value, int | float):
        return math.isclose(value, wanted, rel_tol=1e-9)
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return bool(list(wanted) == value)
    return bool(value == wanted)
