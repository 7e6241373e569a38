"""How often a descent turns round."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Turns(Metric):
    """Turns: how often the movement along an axis changes its direction, from start to end.

    Parameters
    ----------
    axis : "x" or "y"
        The axis.
    """

    axis: Literal["x", "y"] = "y"

    def measure(self, run: Run) -> float | None:
        if run.status != "completed":
            return None
        moves = np.diff(run.path[:, "xy".index(self.axis)])
        return float(np.count_nonzero(moves[1:] * moves[:-1] < 0))


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"turns": Turns}
