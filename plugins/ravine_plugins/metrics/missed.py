"""How much of a surface points past the minimum."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl, surface_of

from ravine_plugins._aims import cells, misses


@dataclass(frozen=True)
class Missed(Metric):
    """Missed: the share of a surface where the direction of descent misses the nearest global minimum.

    It is counted at the middles of 200 × 200 equal cells, and is a number of the surface: where the run began
    and went does not change it.

    Parameters
    ----------
    angle : float
        By more than how many degrees it misses.
    x, y : pair of float or None
        The ends of the part of the plane; None for the surface's domain.
    """

    angle: float = 45.0
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        self.require(angle="[0, 180]")
        for name, ends in (("x", self.x), ("y", self.y)):
            if ends and ends[0] >= ends[1]:
                raise ValueError(f"Missed: {name} = {list(ends)}: write [low, high]")

    def measure(self, run: Run) -> float | None:
        surface = surface_of(run)
        if not surface.minima:
            raise ValueError(f"{run.config['problem']['name']} has no minimum to miss")
        wide, high = surface.domain
        angles = misses(surface, *cells(self.x or wide, self.y or high))
        known = angles[np.isfinite(angles)]
        return float(np.mean(known > self.angle)) if len(known) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"missed": Missed}
