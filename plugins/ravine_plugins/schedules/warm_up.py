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

    Notes
    -----
    s counts updates from 0. Schedules of Transformers, such as ``get_constant_schedule_with_warmup``, have s /
    k: their first update does not move anything.

    It goes with any other schedule: ``schedule=cosine schedules.lr=warm_up`` has the product of both factors,
    as PyTorch's ChainedScheduler, and both count updates from the start of the run. PyTorch's SequentialLR and
    Optax's ``join_schedules`` let the second begin where the first ends.
    """

    length: int = 100

    def __post_init__(self) -> None:
        self.require(length="[1, inf)")

    def factor(self, step: int, steps: int) -> float:
        return min(1.0, (step + 1) / self.length)


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"warm_up": WarmUp}
