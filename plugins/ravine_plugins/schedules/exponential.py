"""A rate that falls exponentially."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Exponential(Schedule):
    r"""Exponential: the rate falls by the same share at every update.

    .. math:: \gamma^s

    Parameters
    ----------
    gamma : float
        γ, the factor of one update.

    Notes
    -----
    s counts updates from 0. PyTorch's ExponentialLR is the same if it is asked to step after each update.
    """

    gamma: float = 0.999

    def __post_init__(self) -> None:
        self.require(gamma="(0, 1]")

    def factor(self, step: int, steps: int) -> float:
        return self.gamma**step


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"exponential": Exponential}
