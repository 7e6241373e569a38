"""A rate that changes along a straight line."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Linear(Schedule):
    r"""Linear: the factor goes along a straight line from a start to an end, then stays.

    .. math:: a + (b - a) \min(1, s / n)

    Parameters
    ----------
    start, end : float
        The factors a at the first update, and b.
    length : int or None
        Updates n until b; with None all of the run.

    Notes
    -----
    s counts updates from 0. If n is the whole run, b would be reached after the last update, which still moves.
    PyTorch's LinearLR starts at a third of the rate and ends at all of it, after 5 updates. Optax's
    ``linear_schedule`` has values in place of factors.
    """

    start: float = 1.0
    end: float = 0.0
    length: int | None = None

    def __post_init__(self) -> None:
        self.require(start="[0, inf)", end="[0, inf)", length="[1, inf)")
        if self.start == self.end == 0:
            raise ValueError("Linear: with start = end = 0 nothing moves")

    def factor(self, step: int, steps: int) -> float:
        return self.start + (self.end - self.start) * min(1.0, step / (self.length or steps))


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"linear": Linear}
