"""How far a descent moves."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Metric, Run, hookimpl

from ravine_plugins.metrics._steps import check_step, number


@dataclass(frozen=True)
class StepLength(Metric):
    """Step length: how far a descent moves along an axis in one step.

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
        check_step("StepLength", self.step)

    def measure(self, run: Run) -> float | None:
        moves = np.abs(np.diff(run.path[:, "xy".index(self.axis)]))
        t = number(run, self.step, len(moves))
        return None if t is None else float(moves[t - 1])


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"step_length": StepLength}
