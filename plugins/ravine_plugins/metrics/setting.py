"""A setting of a run."""

import math
from dataclasses import dataclass
from typing import Literal

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Setting(Metric):
    """Setting: a number of the run's configuration, like a learning rate that a search has chosen.

    Parameters
    ----------
    of : str
        Its full key.
    scale : "linear" or "log"
        The number itself, or its decimal logarithm, so that a difference is in powers of ten. A number that is
        not above 0 has none.
    """

    of: str = "optimizer.lr"
    scale: Literal["linear", "log"] = "linear"

    def measure(self, run: Run) -> float | None:
        value: object = run.config
        for part in self.of.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError(f"runs have no number {self.of}")
        if self.scale == "linear":
            return float(value)
        return math.log10(value) if value > 0 else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"setting": Setting}
