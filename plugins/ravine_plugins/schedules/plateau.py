"""A rate that falls where a metric stands still."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Schedule, hookimpl

from ravine_plugins._evaluations import Direction, falling


@dataclass(frozen=True)
class Plateau(Schedule):
    r"""Plateau: the rate is reduced when a metric has not become better in so many evaluations.

    .. math:: f \leftarrow r f \quad \text{after } k + 1 \text{ evaluations without a better one}

    Parameters
    ----------
    metric : str
        The metric.
    direction : "minimize", "maximize" or None
        Whether less or more of it is better; with None less of a loss or value, and more of an accuracy.
    ratio : float
        r, what is left of the rate.
    patience : int
        Evaluations k without a better one that are borne.

    References
    ----------
    He, Zhang, Ren and Sun 2016, Deep Residual Learning for Image Recognition, section 3.4: "divided by 10 when
    the error plateaus".

    Notes
    -----
    An evaluation is better if it is lower by any amount. PyTorch's ReduceLROnPlateau counts in the same way,
    with a patience of 10 and a threshold of 1e-4 of the best; Keras and Optax reduce one evaluation earlier.
    PyTorch does not reduce a rate of 1e-8 any more. There is no ``cooldown``.
    """

    metric: str = "validation_loss"
    ratio: float = 0.1
    patience: int = 10
    direction: Direction | None = None

    def __post_init__(self) -> None:
        self.require(ratio="(0, 1)", patience="[0, inf)")

    def factor(self, step: int, steps: int, *, evaluations: Sequence[Mapping[str, float]] = ()) -> float:
        best, waited, factor = float("inf"), 0, 1.0
        for value in falling(evaluations, self.metric, self.direction) if evaluations else ():
            best, waited = (value, 0) if value < best else (best, waited + 1)
            if waited > self.patience:
                waited, factor = 0, factor * self.ratio
        return factor


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"plateau": Plateau}
