"""Summary: the results of many runs in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ravine.base.averages import mean, median
from ravine.base.intervals import mean_interval
from ravine.base.types import Array
from ravine.records.run import Run
from ravine.records.trial import Trial, ranked

__all__ = [
    "BEST",
    "LOST",
    "SHOWN",
    "are_one",
    "as_array",
    "came_to",
    "interval_text",
    "lost_text",
    "median_text",
    "ranked_trials",
    "summarized",
]


def came_to(runs: Sequence[Run], objective: str, pruned: Collection[str] = ()) -> float | None:
    """Return the value of a trial, the mean over its runs; None if it is lost.

    Parameters
    ----------
    runs : sequence of Run
        All runs of the trial.
    objective : str
        The metric by which trials are compared.
    pruned : collection of str
        Ids of runs that a search has pruned. They do not count even if they were completed later.
    """
    ended = [run for run in runs if run.status == "completed" and not (pruned and run.id in pruned)]
    # What a probe has measured may not be a number at the end.
    values = [run.final[objective] for run in ended if objective in run.final]
    return mean(np.array(values)) if len(values) == len(runs) else None


def are_one(runs: Sequence[Run]) -> bool:
    """Whether the seeds of several runs gave the same numbers, so that they are one observation.

    It is so where nothing is random: a descent on a surface does not depend on the seed.
    """
    ends = {repr((run.status, run.step, sorted(run.final.items()))) for run in runs}
    return len(runs) > 1 and len(ends) == 1 and bool(runs[0].final)


def summarized(runs: Sequence[Run], metric: str) -> dict[str, Any]:
    """Return statistics of some runs: a row of ``Study.statistics`` without its group.

    Runs that are one observation have no interval.
    """
    values = np.array([run.final[metric] for run in runs if metric in run.final])
    row: dict[str, Any] = {"n": len(values)}
    row |= {status: sum(run.status == status for run in runs) for status in LOST}
    if len(values):
        row |= {"median": median(values), "mean": mean(values)}
    one = len(values) < 2 or are_one(runs)
    if not one and all(map(math.isfinite, interval := mean_interval(values))):
        row["low"], row["high"] = interval
    return row


def ranked_trials(tried: Sequence[tuple[Trial, list[Run]]], *, maximize: bool) -> list[tuple[Trial, list[Run]]]:
    """Return the trials that have a value, the best first; of equal ones the earlier first."""
    runs = {trial.number: of_trial for trial, of_trial in tried}
    return [(trial, runs[trial.number]) for trial in ranked([trial for trial, _ in tried], maximize=maximize)]


BEST = 10
"""How many of the best trials are shown."""

LOST = ("diverged", "pruned", "failed")

SHOWN = ("train_loss", "validation_accuracy", "test_accuracy", "value", "excess")


def as_array(values: list[Any]) -> Array:
    """Return values as an array; if some of them are None, numbers become floats and None becomes NaN."""
    if any(value is None for value in values) and any(isinstance(value, int | float) for value in values):
        values = [math.nan if value is None else value for value in values]
    if all(isinstance(value, int | float) for value in values) or all(isinstance(v, str) for v in values):
        return np.array(values)
    array = np.empty(len(values), dtype=object)
    # Filled, not converted: a list among the values is one value.
    array[:] = values
    return array


def median_text(values: Sequence[float]) -> str:
    """Return the median of some numbers; if there are several, with the smallest and the largest."""
    if not values:
        return "-"
    text = f"{median(np.array(values)):.4g}"
    return text if len(values) == 1 else f"{text} ({min(values):.4g} to {max(values):.4g})"


def lost_text(row: Mapping[str, Any]) -> str:
    """Return how many runs of a row of statistics have no number, and why: ``1 diverged``; or ``-``."""
    return ", ".join(f"{row[what]} {what}" for what in (*LOST, "without") if row.get(what)) or "-"


def interval_text(row: Mapping[str, Any]) -> str:
    """Return the interval of a row of statistics, or ``-``."""
    return f"{row['low']:.4g} to {row['high']:.4g}" if "low" in row else "-"
