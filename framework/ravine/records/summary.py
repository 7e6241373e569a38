"""Summary: what runs come to, in numbers and words."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ravine.base.intervals import mean_interval
from ravine.base.types import Array
from ravine.records.run import Run
from ravine.records.trial import Trial, ranked

__all__ = [
    "BEST",
    "LOST",
    "SHOWN",
    "as_array",
    "came_to",
    "median_text",
    "ranked_trials",
    "summarized",
]


def came_to(runs: Sequence[Run], objective: str, pruned: Collection[str] = ()) -> float | None:
    """Return what a trial came to, the mean over its runs; None where it is lost.

    Parameters
    ----------
    runs : sequence of Run
        All of the trial.
    objective : str
        What is judged.
    pruned : collection of str
        Ids of runs that a search has pruned; somebody may have made all of them later.
    """
    values = [run.final[objective] for run in runs if run.status == "completed" and run.id not in pruned]
    return float(np.mean(values)) if len(values) == len(runs) else None


def summarized(runs: Sequence[Run], metric: str) -> dict[str, Any]:
    """Return what some runs come to, as ``Study.statistics`` does of a group."""
    values = np.array([run.final[metric] for run in runs if metric in run.final])
    row: dict[str, Any] = {"n": len(values)}
    row |= {status: sum(run.status == status for run in runs) for status in LOST}
    if len(values):
        row |= {"median": float(np.median(values)), "mean": float(values.mean())}
    if len(values) > 1:
        row["low"], row["high"] = mean_interval(values)
    return row


def ranked_trials(tried: Sequence[tuple[Trial, list[Run]]], *, maximize: bool) -> list[tuple[Trial, list[Run]]]:
    """Return the judged trials, best first, of equal ones the first first."""
    runs = {trial.number: of_trial for trial, of_trial in tried}
    return [(trial, runs[trial.number]) for trial in ranked([trial for trial, _ in tried], maximize=maximize)]


BEST = 10  # trials that are shown

LOST = ("diverged", "pruned", "failed")

SHOWN = ("train_loss", "validation_accuracy", "test_accuracy", "value")


def as_array(values: list[Any]) -> Array:
    """Return values as an array; where some are not there, numbers become floats."""
    if any(value is None for value in values) and any(isinstance(value, int | float) for value in values):
        values = [math.nan if value is None else value for value in values]
    if all(isinstance(value, int | float) for value in values) or all(isinstance(v, str) for v in values):
        return np.array(values)
    array = np.empty(len(values), dtype=object)
    array[:] = values  # a list is one value
    return array


def median_text(values: Sequence[float]) -> str:
    """Return the median of some numbers, with the smallest and the largest of several."""
    if not values:
        return "-"
    text = f"{np.median(values):.4g}"
    return text if len(values) == 1 else f"{text} ({min(values):.4g} to {max(values):.4g})"
