"""The schedule my_name: replace the factor, its fields and its docstring by your own."""

import math
from dataclasses import dataclass

from ravine import Schedule, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Schedule):
    r"""Polynomial: the rate falls to 0 over the whole run, along a power of the time that is left.

    .. math:: (1 - s / S)^p

    s counts updates from 0 and S is the budget, so the last update of the run still moves.

    Parameters
    ----------
    power : float
        p; 1 for a straight line.
    """

    power: float = 1.0

    def __post_init__(self) -> None:
        self.require(power="[0, inf)")

    def factor(self, step: int, steps: int) -> float:
        return math.pow(1 - step / steps, self.power)


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"my_name": MyName}
