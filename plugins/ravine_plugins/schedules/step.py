"""A rate that falls in steps."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Step(Schedule):
    r"""Step: the rate is multiplied by γ every so many updates.

    .. math:: \gamma^{\lfloor s / k \rfloor}

    Parameters
    ----------
    every : int
        Updates k between two falls.
    gamma : float
        γ.

    Notes
    -----
    s counts updates from 0: update k, the first with the smaller rate, follows k others. PyTorch's StepLR is
    the same if it is asked to step after each update, which it is usually after an epoch.
    """

    every: int = 500
    gamma: float = 0.5

    def __post_init__(self) -> None:
        self.require(every="[1, inf)", gamma="(0, 1]")

    def factor(self, step: int, steps: int) -> float:
        return self.gamma ** (step // self.every)


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"step": Step}
