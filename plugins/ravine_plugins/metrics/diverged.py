"""Whether a run diverged."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Diverged(Metric):
    """Diverged: 1 for a run that met a loss that is not finite, 0 for one that completed."""

    def measure(self, run: Run) -> float | None:
        return float(run.status == "diverged")


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"diverged": Diverged}
