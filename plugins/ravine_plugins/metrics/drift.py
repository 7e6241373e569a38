"""How far what a probe measures moves while a network learns."""

import math
from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Drift(Metric):
    """Drift: from the lowest to the highest value that a probe has measured, in the mean over units or layers.

    Parameters
    ----------
    of : str
        Probe and value, like ``input_quantiles.median``.
    """

    of: str = "input_quantiles.median"

    def measure(self, run: Run) -> float | None:
        values = run.arrays.get(f"probe.{self.of}")
        if run.status != "completed":
            return None
        if values is None:
            seen = [name.removeprefix("probe.") for name in run.arrays if name.startswith("probe.")]
            raise ValueError(f"no probe saw {self.of}; there are: {', '.join(seen) or 'none'}")
        moved = float(np.ptp(values, axis=0).mean())
        return moved if math.isfinite(moved) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"drift": Drift}
