"""Pruning: ending a run that will hardly become the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ravine.records.run import Run

__all__ = [
    "MedianRule",
]


_LEAST = 5  # completed runs that it takes


@dataclass(frozen=True)
class MedianRule:
    """A run ends when its best is worse than the median of what others averaged until the same evaluation.

    Parameters
    ----------
    metric : str
        Of the evaluations.
    maximize : bool
        Whether higher is better.
    medians : dict of int to float
        By step, the median over completed runs of the mean of the metric up to there; the start is left out.

    References
    ----------
    Golovin, Solnik, Moitra, Kochanski, Karro and Sculley 2017, Google Vizier: A Service for Black-Box
    Optimization, section 3.2.2. Here nothing is pruned before five runs are complete.
    """

    metric: str
    maximize: bool
    medians: Mapping[int, float]

    @classmethod
    def of(cls, runs: Sequence[Run], metric: str, *, maximize: bool) -> Self:
        """Return the rule that some runs make."""
        completed = [run for run in runs if run.status == "completed"]
        averages: dict[int, list[float]] = {}
        for run in completed:
            steps = run.arrays["evaluation.step"][1:]
            values = run.arrays[f"evaluation.{metric}"][1:]
            means = np.cumsum(values) / np.arange(1, len(values) + 1)
            for step, mean in zip(steps.tolist(), means.tolist(), strict=True):
                averages.setdefault(int(step), []).append(mean)
        enough = {step: means for step, means in averages.items() if len(means) >= _LEAST}
        return cls(metric, maximize, {step: float(np.median(means)) for step, means in enough.items()})

    def ends(self, evaluations: Sequence[Mapping[str, Any]]) -> bool:
        """Return whether a run with these evaluations, the first of which is its start, ends here."""
        median = self.medians.get(int(evaluations[-1]["step"]))
        values = [float(row[self.metric]) for row in evaluations[1:]]
        if median is None or not values:
            return False
        return max(values) < median if self.maximize else min(values) > median
