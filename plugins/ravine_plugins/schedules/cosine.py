"""A rate that falls along a cosine."""

import math
from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Cosine(Schedule):
    r"""Cosine: the rate falls along half a cosine over the whole run.

    .. math:: f + \tfrac{1 - f}{2} \left( 1 + \cos(\pi s / S) \right)

    Parameters
    ----------
    floor : float
        f, the share of the rate that is left at the end.

    References
    ----------
    Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts, equation (5), without
    restarts.

    Notes
    -----
    s counts updates from 0 and S is the budget, so the last update of the run still moves. The same as
    PyTorch's CosineAnnealingLR with ``T_max`` = S. With restarts it is ``cosine_restarts``.
    """

    floor: float = 0.0

    def __post_init__(self) -> None:
        self.require(floor="[0, 1]")

    def factor(self, step: int, steps: int) -> float:
        return self.floor + (1 - self.floor) / 2 * (1 + math.cos(math.pi * step / steps))


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"cosine": Cosine}
