"""A target that is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl

from ravine_plugins._evaluations import Direction, falling


@dataclass(frozen=True)
class Target(Stop):
    """Target: a run ends when a metric has reached a value.

    Parameters
    ----------
    metric : str
        The metric.
    direction : "minimize", "maximize" or None
        Whether less or more of it is better; with None less of a loss or value, and more of an accuracy.
    value : float
        What it must be, or better.

    References
    ----------
    Dahl and others 2023, Benchmarking Neural Network Training Algorithms, section 4.1, time to a target.
    """

    metric: str = "validation_loss"
    value: float = 0.1
    direction: Direction | None = None

    def __post_init__(self) -> None:
        self.require(value="(-inf, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        goal = {**evaluations[-1], self.metric: self.value}
        *_, last, aim = falling([*evaluations, goal], self.metric, self.direction)
        return last <= aim


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"target": Target}
