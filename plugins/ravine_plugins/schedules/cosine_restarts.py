"""A rate that falls along cosines, again and again."""

import math
from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    r"""Cosine with warm restarts, SGDR: the rate falls along half a cosine, jumps back, and falls again.

    .. math:: f + \tfrac{1 - f}{2} \left( 1 + \cos(\pi T_{cur} / T_i) \right), \qquad T_{i+1} = m T_i

    Parameters
    ----------
    period : int
        Updates T₀ until the first restart.
    multiplier : int
        m, how many times longer each fall is than the one before.
    floor : float
        f, the share of the rate that is left at the end of a fall.

    References
    ----------
    Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts, equation (5), with T₀ and
    T_mult in its section 3.

    Notes
    -----
    T_cur counts updates since the last restart, from 0, so the update of a restart has the whole rate. As in
    PyTorch's CosineAnnealingWarmRestarts if it is asked to step after each update; the paper counts epochs,
    with parts of them.
    """

    period: int = 500
    multiplier: int = 2
    floor: float = 0.0

    def __post_init__(self) -> None:
        self.require(period="[1, inf)", multiplier="[1, inf)", floor="[0, 1]")

    def factor(self, step: int, steps: int) -> float:
        current, period = step, self.period
        while current >= period and self.multiplier > 1:
            current, period = current - period, period * self.multiplier
        share = current % period / period
        return self.floor + (1 - self.floor) / 2 * (1 + math.cos(math.pi * share))


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"cosine_restarts": CosineRestarts}
