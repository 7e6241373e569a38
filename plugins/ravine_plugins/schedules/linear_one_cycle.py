"""A rate that rises and falls once along straight lines, and then dies out."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class LinearOneCycle(Schedule):
    r"""One cycle along straight lines: up from a start, down to it again, and at last to an end.

    .. math:: a \to b \text{ until } p = q, \qquad b \to a \text{ until } r, \qquad
              a \to c \text{ until } 1, \qquad p = s / (S - 1)

    Parameters
    ----------
    start, middle, end : float
        Factors a at the first update, b at the peak, and c at the last update.
    share : float
        q, where the peak is, as a share of the run.
    down : float
        r, where the start is reached again.

    References
    ----------
    Smith 2018, A Disciplined Approach to Neural Network Hyper-Parameters, section 4.3: one
    cycle that is shorter than the run, after which the rate falls far below its start.

    Notes
    -----
    s counts updates from 0, and S is the budget. As Optax's ``linear_onecycle_schedule`` over S − 1 updates,
    which rounds q and r to whole updates. PyTorch's OneCycleLR with ``three_phase=True`` has the peak at update
    q S − 1 and the start again at 2 q S − 2. ``one_cycle`` is the form of fastai, with two half cosines.
    """

    start: float = 0.04
    middle: float = 1.0
    end: float = 4e-6
    share: float = 0.3
    down: float = 0.85

    def __post_init__(self) -> None:
        self.require(start="[0, inf)", middle="(0, inf)", end="[0, inf)", share="(0, 1)", down="(0, 1)")
        if self.down <= self.share:
            raise ValueError(f"LinearOneCycle: down = {self.down!r} is not after share = {self.share!r}")

    def factor(self, step: int, steps: int) -> float:
        p = step / max(steps - 1, 1)
        if p <= self.share:
            return _between(self.start, self.middle, p / self.share)
        if p <= self.down:
            return _between(self.middle, self.start, (p - self.share) / (self.down - self.share))
        return _between(self.start, self.end, (p - self.down) / (1 - self.down))


def _between(a: float, b: float, p: float) -> float:
    return a + (b - a) * p


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"linear_one_cycle": LinearOneCycle}
