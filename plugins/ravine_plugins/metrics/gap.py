"""What is learned by heart."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Gap(Metric):
    """Gap: training accuracy less test accuracy at the end of a run."""

    def measure(self, run: Run) -> float | None:
        if run.status != "completed":
            return None
        return run.final["train_accuracy"] - run.final["test_accuracy"]


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"gap": Gap}
