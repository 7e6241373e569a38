"""How soon a descent reaches a level."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Metric, Run, hookimpl, surface_of


@dataclass(frozen=True)
class StepsTo(Metric):
    """Steps to a level: how many steps a descent makes until its value is at or below the level.

    On a surface every step counts. Of all other runs the evaluations are known, and the number is that of the
    first one at or below the level: ``training.evaluate_every`` says how exact it is.

    Parameters
    ----------
    level : float
        The level.
    of : str
        What is to reach it: ``value``, or another evaluated metric, like ``excess`` or ``test_loss``.
    """

    level: float = 0.01
    of: str = "value"

    def __post_init__(self) -> None:
        self.require(level="(-inf, inf)")

    def measure(self, run: Run) -> float | None:
        if "path" in run.arrays and self.of == "value":
            values = self._on_path(run)
            steps = np.arange(len(values))
        else:
            values, steps = self._evaluated(run)
        low = values <= self.level
        return float(steps[low.argmax()]) if low.any() else None

    def _on_path(self, run: Run) -> Array:
        # On a path that diverges the value overflows.
        with np.errstate(all="ignore"):
            return surface_of(run).value(*run.path.T)

    def _evaluated(self, run: Run) -> tuple[Array, Array]:
        values, steps = (run.arrays.get(f"evaluation.{name}") for name in (self.of, "step"))
        if steps is None and run.status == "diverged":  # at once
            return np.empty(0), np.empty(0)
        if values is None or steps is None:
            raise ValueError(f"runs have no evaluated {self.of}")
        return values, steps


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"steps_to": StepsTo}
