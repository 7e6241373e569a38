"""At what rate a descent moves."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Metric, Run, hookimpl, surface_of

from ravine_plugins.metrics._steps import check_step, number


@dataclass(frozen=True)
class EffectiveRate(Metric):
    """Effective rate: how far one step goes along an axis for the gradient there.

    It has no value where that gradient is 0.

    Parameters
    ----------
    axis : "x" or "y"
        Along which.
    step : int
        Number of the step, from 1; −1 for the last.
    """

    axis: Literal["x", "y"] = "x"
    step: int = 1

    def __post_init__(self) -> None:
        check_step("EffectiveRate", self.step)

    def measure(self, run: Run) -> float | None:
        surface, path = surface_of(run), run.path
        end = number(run, self.step, len(path) - 1)
        if end is None:
            return None
        k = "xy".index(self.axis)
        with np.errstate(all="ignore"):  # where a path leaves, the gradient overflows
            gradient = surface.gradient(*path[end - 1])[k]
        return float(abs((path[end, k] - path[end - 1, k]) / gradient)) if gradient != 0 else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"effective_rate": EffectiveRate}
