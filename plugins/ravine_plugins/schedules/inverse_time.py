"""A rate that falls as 1 / time."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class InverseTime(Schedule):
    r"""Inverse time: the rate falls as one over the number of updates.

    .. math:: 1 / (1 + k s)

    Parameters
    ----------
    rate : float
        k; after 1 / k updates the rate is halved.

    References
    ----------
    Robbins and Monro 1951, A Stochastic Approximation Method: the sum of such rates diverges, that of their
    squares converges. Bottou 2012, Stochastic Gradient Descent Tricks, section 5.2.

    Notes
    -----
    s counts updates from 0. With k = 1 the rate is η / t for t = 1, 2, …; Bottou's is η / (1 + η λ s), k = η λ;
    scikit-learn's ``optimal``, :math:`1 / (\alpha (t_0 + s))`, has k = 1 / t₀. Keras's InverseTimeDecay is the
    same.
    """

    rate: float = 0.001

    def __post_init__(self) -> None:
        self.require(rate="[0, inf)")

    def factor(self, step: int, steps: int) -> float:
        return 1 / (1 + self.rate * step)


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"inverse_time": InverseTime}
