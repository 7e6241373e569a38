"""How soon a descent is low."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl, surface_of


@dataclass(frozen=True)
class StepsTo(Metric):
    """Steps to a level: how many steps a descent takes until the surface is at or below it for the first time.

    Parameters
    ----------
    level : float
        Value of the surface.
    """

    level: float = 0.01

    def __post_init__(self) -> None:
        self.require(level="(-inf, inf)")

    def measure(self, run: Run) -> float | None:
        surface = surface_of(run)
        with np.errstate(all="ignore"):  # where a path leaves, the value overflows
            low = surface.value(*run.path.T) <= self.level
        return float(low.argmax()) if low.any() else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"steps_to": StepsTo}
