"""Early stopping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl

from ravine_plugins._evaluations import Direction, falling


@dataclass(frozen=True)
class Patience(Stop):
    r"""Patience: a run ends when a metric has not become better in so many evaluations.

    .. math:: \min_{i \le n - k} v_i \le \min_{n - k < i \le n} v_i

    Parameters
    ----------
    metric : str
        The metric v.
    direction : "minimize", "maximize" or None
        Whether less or more of it is better; with None less of a loss or value, and more of an accuracy.
    evaluations : int
        Evaluations k without a better one.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, Deep Learning, Algorithm 7.1.

    Notes
    -----
    The run ends, and keeps its last state as its result. Prechelt 1998 ends where the error has risen so many
    times in a row, which comes later where it goes up and down.
    """

    metric: str = "validation_loss"
    evaluations: int = 5
    direction: Direction | None = None

    def __post_init__(self) -> None:
        self.require(evaluations="[1, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        seen = falling(evaluations, self.metric, self.direction)
        before, since = seen[: -self.evaluations], seen[-self.evaluations :]
        return bool(before) and min(before) <= min(since)


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"patience": Patience}
