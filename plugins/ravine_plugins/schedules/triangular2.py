"""A rate that rises along ever lower triangles."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl

from ravine_plugins.schedules._triangle import triangle


@dataclass(frozen=True)
class Triangular2(Schedule):
    r"""Triangular2: the rate rises and falls along straight lines; each cycle is half as high as the last.

    .. math:: f + (1 - f) \, \max(0, 1 - |s / k - 2 c + 1|) \, 2^{1 - c}, \qquad
              c = \lfloor 1 + s / 2k \rfloor

    Parameters
    ----------
    stepsize : int
        Updates k of half a cycle.
    floor : float
        f, the least rate as a share of the largest, which is the optimizer's.

    References
    ----------
    Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.1, "triangular2".

    Notes
    -----
    s counts updates from 0. The same as PyTorch's CyclicLR with ``mode="triangular2"``. Its ``max_lr`` is
    the optimizer's rate here, and f its ``base_lr / max_lr``. With f = 0 the first update does not move.
    """

    stepsize: int = 500
    floor: float = 0.25

    def __post_init__(self) -> None:
        self.require(stepsize="[1, inf)", floor="[0, 1]")

    def factor(self, step: int, steps: int) -> float:
        cycle, height = triangle(step, self.stepsize)
        return self.floor + (1 - self.floor) * height / 2 ** (cycle - 1)


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"triangular2": Triangular2}
