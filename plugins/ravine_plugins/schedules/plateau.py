"""A rate that falls where a metric stands still."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Plateau(Schedule):
    r"""Plateau: the rate is reduced when a metric has not become better in so many evaluations.

    .. math:: f \leftarrow r f \quad \text{after } k + 1 \text{ evaluations without a better one}

    Parameters
    ----------
    metric : str
        The metric, of which lower is better; with ``_accuracy`` at its end, higher.
    ratio : float
        r, what is left of the rate.
    patience : int
        Evaluations k without a better one that are borne.

    References
    ----------
    LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.7.

    Notes
    -----
    An evaluation is better if it is lower by any amount. PyTorch's ReduceLROnPlateau counts in the same way,
    with a patience of 10 and a threshold of 1e-4 of the best; Keras reduces one evaluation earlier.
    """

    metric: str = "validation_loss"
    ratio: float = 0.1
    patience: int = 10

    def __post_init__(self) -> None:
        self.require(ratio="(0, 1)", patience="[0, inf)")

    def factor(self, step: int, steps: int, *, evaluations: Sequence[Mapping[str, float]] = ()) -> float:
        sign = -1 if self.metric.endswith("_accuracy") else 1
        best, waited, factor = float("inf"), 0, 1.0
        for row in evaluations:
            if self.metric not in row:
                known = ", ".join(name for name in row if name != "step")
                raise ValueError(f"metric = {self.metric!r}: no evaluation has it; there are: {known}")
            value = sign * row[self.metric]
            best, waited = (value, 0) if value < best else (best, waited + 1)
            if waited > self.patience:
                waited, factor = 0, factor * self.ratio
        return factor


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"plateau": Plateau}
