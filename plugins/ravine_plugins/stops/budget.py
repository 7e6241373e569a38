"""A budget of gradients or seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ravine import Stop, hookimpl


@dataclass(frozen=True)
class Budget(Stop):
    """Budget: a run ends when it has taken so many gradients or seconds.

    Parameters
    ----------
    gradients : int or None
        Gradients that may be taken; None for any number. Some optimizers take several for an update.
    seconds : float or None
        Seconds that gradients and updates may take; None for any number. Where a run ends then depends on the
        machine and on what else it does, so such runs do not repeat to the bit.

    References
    ----------
    Schneider, Balles and Hennig 2019, DeepOBS: A Deep Learning Optimizer Benchmark Suite, section 2.3, costs in
    gradients and in seconds.
    """

    gradients: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        self.require(gradients="[1, inf)", seconds="(0, inf)")

    def ends(self, evaluations: Sequence[Mapping[str, float]], *, gradients: int, seconds: float) -> bool:
        enough = self.gradients is not None and gradients >= self.gradients
        return enough or (self.seconds is not None and seconds >= self.seconds)


@hookimpl
def ravine_stops() -> dict[str, type[Stop]]:
    return {"budget": Budget}
