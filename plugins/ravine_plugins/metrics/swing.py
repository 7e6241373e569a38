"""How far a descent still swings."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Metric, Run, hookimpl, surface_of


@dataclass(frozen=True)
class Swing(Metric):
    """Swing: the largest distance from the first global minimum along an axis in the last steps of a descent.

    Parameters
    ----------
    axis : "x" or "y"
        The axis.
    steps : int
        How many of the last steps.
    """

    axis: Literal["x", "y"] = "y"
    steps: int = 10

    def __post_init__(self) -> None:
        self.require(steps="[1, inf)")

    def measure(self, run: Run) -> float | None:
        minima = surface_of(run).minima
        if not minima:
            raise ValueError(f"{run.config['problem']['name']} has no minimum to swing about")
        if run.status != "completed" or run.step < self.steps:
            return None
        k = "xy".index(self.axis)
        return float(np.abs(run.path[-self.steps :, k] - minima[0][k]).max())


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"swing": Swing}
