"""A rate that falls as one over the root of time."""

from dataclasses import dataclass

from ravine import Schedule, hookimpl


@dataclass(frozen=True)
class InverseSqrt(Schedule):
    r"""Inverse square root: the rate falls as one over the root of the number of updates.

    .. math:: \sqrt{k / \max(k, t)}, \qquad t = s + 1

    Parameters
    ----------
    length : int
        k; the rate is whole until update k, and from there on it falls.

    References
    ----------
    Zinkevich 2003, Online Convex Programming and Generalized Infinitesimal Gradient Ascent, Theorem 1; Kingma
    and Ba 2015, Adam: A Method for Stochastic Optimization, Theorem 4.1: both have k = 1. Raffel and others
    2020, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, section 3.1.2: k =
    10000.

    Notes
    -----
    t counts updates from 1. Raffel's rate is :math:`1 / \sqrt{\max(k, t)}`, which is 1/100 before it falls;
    here the optimizer has this number. With a linear rise before it falls it is ``noam``.
    """

    length: int = 1

    def __post_init__(self) -> None:
        self.require(length="[1, inf)")

    def factor(self, step: int, steps: int) -> float:
        return float((self.length / max(self.length, step + 1)) ** 0.5)


@hookimpl
def ravine_schedules() -> dict[str, type[Schedule]]:
    return {"inverse_sqrt": InverseSqrt}
