"""The training loss around a step."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl

from ravine_plugins.metrics._steps import check_step, number


@dataclass(frozen=True)
class LossAt(Metric):
    """Loss at a step: training loss averaged over a window that ends there.

    Parameters
    ----------
    step : int
        The window's last step, from 1; −1 for the run's last.
    window : int
        Steps to average over.
    """

    step: int = -1
    window: int = 50

    def __post_init__(self) -> None:
        check_step("LossAt", self.step)
        self.require(window="[1, inf)")

    def measure(self, run: Run) -> float | None:
        loss = run.arrays["loss"]
        end = number(run, self.step, len(loss))
        return None if end is None else float(np.mean(loss[max(end - self.window, 0) : end]))


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"loss_at": LossAt}
