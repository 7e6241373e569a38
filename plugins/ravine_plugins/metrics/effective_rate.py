"""The effective learning rate of a descent."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Metric, Run, hookimpl, surface_of

from ravine_plugins.metrics._steps import check_step, number


@dataclass(frozen=True)
class EffectiveRate(Metric):
    """Effective rate: the size of one step along an axis, divided by the gradient there.

    It has no value if that gradient is 0.

    Parameters
    ----------
    axis : "x" or "y"
        The axis.
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
        # On a path that diverges the gradient overflows.
        with np.errstate(all="ignore"):
            gradient = surface.gradient(*path[end - 1])[k]
        return float(abs((path[end, k] - path[end - 1, k]) / gradient)) if gradient != 0 else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"effective_rate": EffectiveRate}
