"""A rate that falls at given updates."""

from dataclasses import dataclass
from itertools import pairwise

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class MultiStep(Schedule):
    r"""Multi-step: the rate is multiplied by γ at each of some updates, the milestones.

    .. math:: \gamma^{\#\{m : m \le s\}}

    Parameters
    ----------
    milestones : list of int
        The updates m, in rising order. The update of that number is the first with the smaller rate.
    gamma : float
        γ.

    References
    ----------
    He, Zhang, Ren and Sun 2016, Deep Residual Learning for Image Recognition, section 4.2: "divide it by 10 at
    32k and 48k iterations", of 64k.

    Notes
    -----
    s counts updates from 0, as PyTorch's MultiStepLR does if it is asked to step after each update, and Optax's
    ``piecewise_constant_schedule``. Keras's PiecewiseConstantDecay falls one update later.
    """

    milestones: tuple[int, ...] = (1000, 1500)
    gamma: float = 0.1

    def __post_init__(self) -> None:
        self.require(milestones="[1, inf)", gamma="(0, 1]")
        if any(later <= earlier for earlier, later in pairwise(self.milestones)):
            raise ValueError(f"MultiStep: milestones = {self.milestones!r} are not in rising order")

    def factor(self, step: int, steps: int) -> float:
        return float(self.gamma ** sum(milestone <= step for milestone in self.milestones))


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"multi_step": MultiStep}
