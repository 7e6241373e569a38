"""When a network has learned."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class LearnedAt(Metric):
    """Learned at: the step at which an evaluated metric first reaches a level.

    Parameters
    ----------
    of : str
        The metric's name, like ``train_accuracy``.
    level : float
        The level that it must reach.
    """

    of: str = "train_accuracy"
    level: float = 0.9

    def __post_init__(self) -> None:
        self.require(level="(-inf, inf)")

    def measure(self, run: Run) -> float | None:
        values, steps = (run.arrays.get(f"evaluation.{name}") for name in (self.of, "step"))
        if steps is None and run.status == "diverged":  # at once
            return None
        if values is None or steps is None:
            raise ValueError(f"runs have no evaluated {self.of}")
        reached = np.flatnonzero(values >= self.level)
        return float(steps[reached[0]]) if len(reached) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"learned_at": LearnedAt}
