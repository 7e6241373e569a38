"""Whether a descent aims at the minimum."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Metric, Run, hookimpl, surface_of


@dataclass(frozen=True)
class Aim(Metric):
    """Aim: the angle between a step and the direction to the nearest global minimum, in degrees.

    Parameters
    ----------
    step : int
        Number of the step, from 1.
    """

    step: int = 1

    def __post_init__(self) -> None:
        self.require(step="[1, inf)")

    def measure(self, run: Run) -> float | None:
        minima = np.array(surface_of(run).minima)
        if not len(minima):
            raise ValueError(f"{run.config['problem']['name']} has no minimum to aim at")
        path = run.path
        if self.step >= len(path):
            return None
        here, there = path[self.step - 1 : self.step + 1]
        towards = minima[np.argmin(np.linalg.norm(minima - here, axis=1))] - here
        return float(np.degrees(_angle(there - here, towards)))


def _angle(a: Array, b: Array) -> float:
    return float(abs(np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b)))


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"aim": Aim}
