"""Where a descent is."""

from dataclasses import dataclass
from typing import Literal

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Coordinate(Metric):
    """Coordinate: x or y of a descent after a number of steps.

    Parameters
    ----------
    axis : "x" or "y"
        Which coordinate.
    step : int
        After how many steps; −1 for the end.
    """

    axis: Literal["x", "y"] = "x"
    step: int = -1

    def __post_init__(self) -> None:
        self.require(step="[-1, inf)")

    def measure(self, run: Run) -> float | None:
        path = run.path
        if self.step >= len(path) or (self.step == -1 and run.status != "completed"):
            return None
        return float(path[self.step, "xy".index(self.axis)])


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"coordinate": Coordinate}
