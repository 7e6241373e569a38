"""The training loss around a step."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class LossAt(Metric):
    """Loss at a step: training loss averaged over a window that ends there.

    Parameters
    ----------
    step : int
        The window's last step, from 1; 0 for the run's last.
    window : int
        Steps to average over.
    """

    step: int = 0
    window: int = 50

    def __post_init__(self) -> None:
        self.require(step="[0, inf)", window="[1, inf)")

    def measure(self, run: Run) -> float | None:
        loss = run.arrays["loss"]
        end = self.step or run.config["training"]["steps"] or len(loss)
        if len(loss) < end or (self.step == 0 and run.status != "completed"):
            return None
        return float(np.mean(loss[max(end - self.window, 0) : end]))


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"loss_at": LossAt}
