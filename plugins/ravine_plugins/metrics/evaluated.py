"""A metric at an evaluation before the end."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Evaluated(Metric):
    """Evaluated: an evaluated metric after a number of steps; the run must have an evaluation there.

    Parameters
    ----------
    of : str
        Its name.
    step : int
        After how many updates.
    """

    of: str = "train_loss"
    step: int = 0

    def __post_init__(self) -> None:
        self.require(step="[0, inf)")

    def measure(self, run: Run) -> float | None:
        values, steps = (run.arrays.get(f"evaluation.{name}") for name in (self.of, "step"))
        if steps is None and run.status == "diverged":  # at once
            return None
        if values is None or steps is None:
            raise ValueError(f"runs have no evaluated {self.of}")
        at = (steps == self.step).nonzero()[0]
        return float(values[at[0]]) if len(at) else None


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"evaluated": Evaluated}
