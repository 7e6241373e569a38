"""A value that a probe has measured."""

import math
from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Probed(Metric):
    """Probed: a value that a probe has measured at one evaluation, in one layer if it measures layers.

    Parameters
    ----------
    of : str
        Probe and value, like ``distributions.activation.std``.
    layer : int
        Which of the probe's layers, from 0; −1 for the last.
    evaluation : int
        Which evaluation, from 0; −1 for the last.
    """

    of: str = "distributions.activation.std"
    layer: int = -1
    evaluation: int = -1

    def measure(self, run: Run) -> float | None:
        values = run.arrays.get(f"probe.{self.of}")
        if values is None:
            seen = [name.removeprefix("probe.") for name in run.arrays if name.startswith("probe.")]
            if not seen and run.status == "diverged":  # at once
                return None
            raise ValueError(f"no probe saw {self.of}; there are: {', '.join(seen) or 'none'}")
        if self.evaluation == -1 and run.status != "completed":
            return None
        evaluations = len(values)
        if not -evaluations <= self.evaluation < evaluations:
            return None
        at = values[self.evaluation]
        if at.ndim > 1:
            raise ValueError(f"{self.of} has shape {at.shape} at an evaluation, not a number for each layer")
        if at.ndim and not -len(at) <= self.layer < len(at):
            raise ValueError(f"layer = {self.layer}: {self.of} has {len(at)} layers, from 0")
        value = float(at[self.layer] if at.ndim else at)
        return value if math.isfinite(value) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"probed": Probed}
