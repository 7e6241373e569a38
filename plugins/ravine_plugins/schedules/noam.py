"""The rate of the Transformer."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class Noam(Schedule):
    r"""Noam: a linear rise, then a fall as one over the root of time, both by the width of the model.

    .. math:: d^{-1/2} \min(t^{-1/2}, t \, k^{-3/2}), \qquad t = s + 1

    Parameters
    ----------
    d_model : int
        Width d of the model.
    warm_up : int
        Updates k of the rise.

    References
    ----------
    Vaswani and others 2017, Attention Is All You Need, equation (3).

    Notes
    -----
    t counts updates from 1. The factor is the paper's rate itself: it goes with ``optimizer.lr=1``. Its peak,
    :math:`1 / \sqrt{d k}`, is 0.0007 with the defaults.
    """

    d_model: int = 512
    warm_up: int = 4000

    def __post_init__(self) -> None:
        self.require(d_model="[1, inf)", warm_up="[1, inf)")

    def factor(self, step: int, steps: int) -> float:
        t = step + 1
        return float(self.d_model**-0.5 * min(t**-0.5, t * self.warm_up**-1.5))


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"noam": Noam}
