"""A target that is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl

from ravine_plugins.stops._metric import values


@dataclass(frozen=True)
class Target(Stop):
    """Target: a run ends when a metric has reached a value.

    Parameters
    ----------
    metric : str
        The metric, of which lower is better; with ``_accuracy`` at its end, higher.
    value : float
        What it must be, or better.

    References
    ----------
    Dahl and others 2023, Benchmarking Neural Network Training Algorithms, section 4.1, time to a target.
    """

    metric: str = "validation_loss"
    value: float = 0.1

    def __post_init__(self) -> None:
        self.require(value="(-inf, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        last = values(evaluations, self.metric)[-1]
        return last >= self.value if self.metric.endswith("_accuracy") else last <= self.value


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"target": Target}
