"""Pruning: ends a run early if it is unlikely to become the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ravine.base.averages import median, restored, scaled
from ravine.records.run import Run

__all__ = [
    "MedianRule",
]


# So many runs have to be complete before one is pruned.
_LEAST = 5


@dataclass(frozen=True)
class MedianRule:
    """Ends a run whose best evaluation is worse than the median of other runs' averages up to the same step.

    Parameters
    ----------
    metric : str
        The metric that is compared.
    maximize : bool
        Whether higher is better.
    medians : dict of int to float
        By step, the median over completed runs of the metric's mean up to that step, without the start.

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
        """Return the rule that follows from some runs."""
        completed = [run for run in runs if run.status == "completed"]
        averages: dict[int, list[float]] = {}
        for run in completed:
            steps = run.arrays["evaluation.step"][1:]
            values, exponent = scaled(run.arrays[f"evaluation.{metric}"][1:])
            means = restored(np.cumsum(values) / np.arange(1, len(values) + 1), exponent)
            for step, mean in zip(steps.tolist(), means.tolist(), strict=True):
                averages.setdefault(int(step), []).append(mean)
        enough = {step: means for step, means in averages.items() if len(means) >= _LEAST}
        return cls(metric, maximize, {step: median(np.array(means)) for step, means in enough.items()})

    def ends(self, evaluations: Sequence[Mapping[str, Any]]) -> bool:
        """Return whether a run with these evaluations ends now; the first one is its start."""
        median = self.medians.get(int(evaluations[-1]["step"]))
        values = [float(row[self.metric]) for row in evaluations[1:]]
        if median is None or not values:
            return False
        return max(values) < median if self.maximize else min(values) > median
