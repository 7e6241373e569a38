"""The learning rate at which a run was best."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Metric, Run, hookimpl

from ravine_plugins._evaluations import sign_of
from ravine_plugins._rates import rates


@dataclass(frozen=True)
class RateOfBest(Metric):
    """Rate of the best: the learning rate of the last update before the evaluation with the best value.

    If the rate rises in the run, as in a range test, it is what the test reads. Of equal evaluations the first
    counts; the start, before any update, does not.

    Parameters
    ----------
    of : str
        The metric: accuracies are best if they are high, losses and values if they are low.
    scale : "linear" or "log"
        The rate itself, or its decimal logarithm, so that a difference is in powers of ten. A rate of 0 has
        none.

    References
    ----------
    Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.3, the range test.
    """

    of: str = "validation_accuracy"
    scale: Literal["linear", "log"] = "linear"

    def __post_init__(self) -> None:
        sign_of(self.of, None)

    def measure(self, run: Run) -> float | None:
        values, steps = (run.arrays.get(f"evaluation.{name}") for name in (self.of, "step"))
        if steps is None and run.status == "diverged":  # at once
            return None
        if values is None or steps is None:
            raise ValueError(f"runs have no evaluated {self.of}")
        moved = (steps > 0) & np.isfinite(values)
        if not moved.any():
            return None
        best = int(np.argmin(sign_of(self.of, None) * values[moved]))
        rate = float(rates(run)[int(steps[moved][best]) - 1])
        if self.scale == "linear":
            return rate
        return math.log10(rate) if rate > 0 else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"rate_of_best": RateOfBest}
