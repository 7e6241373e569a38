"""A rate that rises along triangles which shrink with every update."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl

from ravine_plugins.schedules._triangle import triangle


@dataclass(frozen=True)
class ExpRange(Schedule):
    r"""Exp range: the rate rises and falls along straight lines, and the height shrinks with every update.

    .. math:: f + (1 - f) \, \max(0, 1 - |s / k - 2 c + 1|) \, \gamma^s, \qquad
              c = \lfloor 1 + s / 2k \rfloor

    Parameters
    ----------
    stepsize : int
        Updates k of half a cycle.
    floor : float
        f, the least rate as a share of the largest, which is the optimizer's.
    gamma : float
        γ, the factor of one update.

    References
    ----------
    Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.1, "exp_range".

    Notes
    -----
    s counts updates from 0. The same as PyTorch's CyclicLR with ``mode="exp_range"``, where γ is 1 by
    default. Its ``max_lr`` is the optimizer's rate here, and f its ``base_lr / max_lr``.
    """

    stepsize: int = 500
    floor: float = 0.25
    gamma: float = 0.999

    def __post_init__(self) -> None:
        self.require(stepsize="[1, inf)", floor="[0, 1]", gamma="(0, 1]")

    def factor(self, step: int, steps: int) -> float:
        _, height = triangle(step, self.stepsize)
        return self.floor + (1 - self.floor) * height * self.gamma**step


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"exp_range": ExpRange}
