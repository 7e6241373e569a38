"""The metric my_name: replace the number, its fields and its docstring by your own."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Metric):
    """Area under the loss: training loss averaged over steps, low where it falls soon and far.

    Parameters
    ----------
    steps : int or None
        The first so many steps; None for all of a run that completed.
    """

    steps: int | None = None

    def __post_init__(self) -> None:
        self.require(steps="[1, inf)")

    def measure(self, run: Run) -> float | None:
        loss = run.arrays["loss"][: self.steps]
        whole = run.status == "completed" if self.steps is None else len(loss) == self.steps
        return float(np.mean(loss)) if whole and len(loss) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"my_name": MyName}
