"""How much better a network is on the examples that it has learned from."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Gap(Metric):
    """Gap: training accuracy minus test accuracy at the end of a run."""

    def measure(self, run: Run) -> float | None:
        if run.status != "completed":
            return None
        train, test = (run.final.get(f"{part}_accuracy") for part in ("train", "test"))
        if train is None or test is None:
            raise ValueError(f"runs have no accuracy to compare; they have {', '.join(run.final)}")
        return train - test


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"gap": Gap}
