"""A rate that rises, then stays."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class WarmUp(Schedule):
    r"""Warm-up: the rate rises linearly for so many updates, then stays.

    .. math:: \min(1, (s + 1) / k)

    Parameters
    ----------
    length : int
        Updates k until the full rate; the first is made with 1 / k of it.

    References
    ----------
    Goyal et al. 2017, Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour, section 2.2.
    """

    length: int = 100

    def __post_init__(self) -> None:
        self.require(length="[1, inf)")

    def factor(self, step: int, steps: int) -> float:
        return min(1.0, (step + 1) / self.length)


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"warm_up": WarmUp}
