"""How soon a descent reaches a level."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl, surface_of


@dataclass(frozen=True)
class StepsTo(Metric):
    """Steps to a level: how many steps a descent makes until the surface is at or below the level.

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
        # On a path that diverges the value overflows.
        with np.errstate(all="ignore"):
            low = surface.value(*run.path.T) <= self.level
        return float(low.argmax()) if low.any() else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"steps_to": StepsTo}
