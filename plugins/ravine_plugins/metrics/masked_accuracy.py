"""How well an average of masked networks classifies."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class MaskedAccuracy(Metric):
    """Masked accuracy: test accuracy of an average over masked networks at a run's end, from the probe masks.

    Parameters
    ----------
    masks : int or None
        How many masked networks are averaged; None for the one network whose outputs are scaled instead.
    """

    masks: int | None = None

    def __post_init__(self) -> None:
        self.require(masks="[1, inf)")

    def measure(self, run: Run) -> float | None:
        if run.status != "completed":
            return None
        if "probe.masks.accuracy" not in run.arrays:
            raise ValueError("masked_accuracy needs runs with the probe masks")
        if self.masks is None:
            return float(run.arrays["probe.masks.scaled"][-1])
        numbers, accuracy = (run.arrays[f"probe.masks.{name}"][-1] for name in ("numbers", "accuracy"))
        (at,) = np.nonzero(numbers == self.masks)
        if not len(at):
            raise ValueError(f"no average over {self.masks} masks; there are {', '.join(map(str, numbers))}")
        return float(accuracy[at[0]])


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"masked_accuracy": MaskedAccuracy}
