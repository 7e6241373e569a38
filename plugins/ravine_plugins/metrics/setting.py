"""A setting of a run."""

from dataclasses import dataclass

from ravine import Metric, Run, hookimpl


@dataclass(frozen=True)
class Setting(Metric):
    """Setting: a number of the run's configuration, like a learning rate that a search has chosen.

    Parameters
    ----------
    of : str
        Its full key.
    """

    of: str = "optimizer.lr"

    def measure(self, run: Run) -> float | None:
        value: object = run.config
        for part in self.of.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError(f"runs have no number {self.of}")
        return float(value)


@hookimpl
def ravine_metrics() -> dict[str, type[Metric]]:
    return {"setting": Setting}
