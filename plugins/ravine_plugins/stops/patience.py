"""Early stopping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl

from ravine_plugins.stops._metric import values


@dataclass(frozen=True)
class Patience(Stop):
    r"""Patience: a run ends when a metric has not become better in so many evaluations.

    .. math:: \min_{i \le n - k} v_i \le \min_{n - k < i \le n} v_i

    Parameters
    ----------
    metric : str
        The metric v, of which lower is better; with ``_accuracy`` at its end, higher.
    evaluations : int
        Evaluations k without a better one.

    References
    ----------
    Prechelt 1998, Early Stopping - But When?, the criterion UP.
    """

    metric: str = "validation_loss"
    evaluations: int = 5

    def __post_init__(self) -> None:
        self.require(evaluations="[1, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        sign = -1 if self.metric.endswith("_accuracy") else 1
        seen = [sign * value for value in values(evaluations, self.metric)]
        before, since = seen[: -self.evaluations], seen[-self.evaluations :]
        return bool(before) and min(before) <= min(since)


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"patience": Patience}
