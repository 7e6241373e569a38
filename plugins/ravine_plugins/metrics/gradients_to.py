"""How many gradients it takes to reach a level."""

from dataclasses import dataclass

import numpy as np
from ravine import Metric, Run, hookimpl, registry

from ravine_plugins._evaluations import Direction, sign_of


@dataclass(frozen=True)
class GradientsTo(Metric):
    """Gradients to a level: how many gradients a run takes until a metric has reached a level.

    It is as ``steps_to`` and ``learned_at`` find the step, for rules that take more than one gradient for each.

    Parameters
    ----------
    of : str
        The metric: ``value``, of a descent, or one of the evaluations, like ``train_accuracy``.
    level : float
        The level that it must reach.
    direction : "minimize", "maximize" or None
        Whether less or more of it is better; with None less of a loss or value, and more of an accuracy.
    """

    of: str = "value"
    level: float = 0.01
    direction: Direction | None = None

    def __post_init__(self) -> None:
        self.require(level="(-inf, inf)")

    def measure(self, run: Run) -> float | None:
        step = self._step(run)
        return None if step is None else float(run.gradients[step])

    def _step(self, run: Run) -> int | None:
        """Return after how many updates the level is reached."""
        if self.of == "value" and "path" in run.arrays and self.direction != "maximize":
            steps = registry.load().get("metric", "steps_to")(level=self.level).measure(run)
            return None if steps is None else int(steps)
        values, steps = (run.arrays.get(f"evaluation.{name}") for name in (self.of, "step"))
        if steps is None and run.status == "diverged":  # at once
            return None
        if values is None or steps is None:
            raise ValueError(f"runs have no evaluated {self.of}; they have {', '.join(run.final)}")
        sign = sign_of(self.of, self.direction)
        reached = np.flatnonzero(sign * values <= sign * self.level)
        return int(steps[reached[0]]) if len(reached) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"gradients_to": GradientsTo}
