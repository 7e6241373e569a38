"""A budget of seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl


@dataclass(frozen=True)
class TimeBudget(Stop):
    """Time budget: a run ends when gradients and updates have taken so many seconds.

    Parameters
    ----------
    seconds : float
        Seconds that gradients and updates may take, without evaluations.

    References
    ----------
    Schneider, Balles and Hennig 2019, DeepOBS: A Deep Learning Optimizer Benchmark Suite, section 2.3.

    Notes
    -----
    Where a run ends depends on the machine and on what else it does: such runs do not repeat to the bit.
    """

    seconds: float = 60.0

    def __post_init__(self) -> None:
        self.require(seconds="(0, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        return seconds >= self.seconds


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"time_budget": TimeBudget}
