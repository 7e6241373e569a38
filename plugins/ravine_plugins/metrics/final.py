"""A metric at the end of a run."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Final(Metric):
    """Final: an evaluated metric at the end of a run, like ``test_accuracy``.

    Parameters
    ----------
    of : str
        Its name.
    """

    of: str = "train_loss"

    def measure(self, run: Run) -> float | None:
        if run.status != "completed":
            return None
        if self.of not in run.final:
            raise ValueError(f"runs have no final {self.of}; they have {', '.join(run.final)}")
        return run.final[self.of]


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"final": Final}
