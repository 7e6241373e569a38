"""How often the training loss rises."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Rises(Metric):
    """Rises: the share of steps after which the training loss is higher than before, in the last part of a run.

    With batches the losses are of different examples, and half of the steps rise by chance.

    Parameters
    ----------
    last : float
        The part, as a share of the updates.
    """

    last: float = 0.25

    def __post_init__(self) -> None:
        self.require(last="(0, 1]")

    def measure(self, run: Run) -> float | None:
        loss = run.arrays["loss"]
        late = loss[int((1 - self.last) * len(loss)) :]
        if run.status != "completed" or len(late) < 2:
            return None
        return float(np.mean(np.diff(late) > 0))


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"rises": Rises}
