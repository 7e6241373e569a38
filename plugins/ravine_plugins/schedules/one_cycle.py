"""A rate that rises once and falls once."""

import math
from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class OneCycle(Schedule):
    r"""One cycle: along half cosines the factor goes from a start to a middle, and from there to an end.

    .. math:: a + \tfrac{b - a}{2} (1 - \cos(\pi p)), \qquad 0 \le p \le 1

    Parameters
    ----------
    start, middle, end : float
        Factors at the first update, in the middle and at the last.
    share : float
        Where the middle is, as a share of the run.

    References
    ----------
    Smith 2018, A Disciplined Approach to Neural Network Hyper-Parameters, section 4.3; cosines as in fastai.

    Notes
    -----
    The defaults are those of PyTorch's OneCycleLR: a rate that rises from 1/25 and falls to 1/250000. The
    middle is at update ``share`` (S − 1), counted from 0, as in Optax's ``cosine_onecycle_schedule`` over S − 1
    updates; PyTorch has it at ``share`` S − 1. Smith's straight lines are ``linear_one_cycle``. Momentum goes
    the other way, ``schedules.momentum={name:one_cycle,start:1,middle:0.895,end:1}`` from 0.95 to 0.85.
    """

    start: float = 0.04
    middle: float = 1.0
    end: float = 4e-6
    share: float = 0.3

    def __post_init__(self) -> None:
        self.require(start="[0, inf)", middle="(0, inf)", end="[0, inf)", share="(0, 1)")

    def factor(self, step: int, steps: int) -> float:
        last = max(steps - 1, 1)
        middle = self.share * last
        if step <= middle:
            return _between(self.start, self.middle, step / middle)
        return _between(self.middle, self.end, (step - middle) / (last - middle))


def _between(a: float, b: float, p: float) -> float:
    return a + (b - a) / 2 * (1 - math.cos(math.pi * p))


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"one_cycle": OneCycle}
