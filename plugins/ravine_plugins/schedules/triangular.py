"""A rate that rises and falls along triangles."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl

from ravine_plugins.schedules._triangle import triangle


@dataclass(frozen=True)
class Triangular(Schedule):
    r"""Triangular: the rate rises and falls along straight lines, cycle after cycle.

    .. math:: f + (1 - f) \, \max(0, 1 - |s / k - 2 c + 1|), \qquad
              c = \lfloor 1 + s / 2k \rfloor

    Parameters
    ----------
    stepsize : int
        Updates k of half a cycle.
    floor : float
        f, the least rate as a share of the largest, which is the optimizer's.

    References
    ----------
    Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.1, "triangular".

    Notes
    -----
    s counts updates from 0. The same as PyTorch's CyclicLR with ``mode="triangular"``. Its ``max_lr`` is
    the optimizer's rate here, and f its ``base_lr / max_lr``. With f = 0 the first update does not move.
    """

    stepsize: int = 500
    floor: float = 0.25

    def __post_init__(self) -> None:
        self.require(stepsize="[1, inf)", floor="[0, 1]")

    def factor(self, step: int, steps: int) -> float:
        _, height = triangle(step, self.stepsize)
        return self.floor + (1 - self.floor) * height


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"triangular": Triangular}
