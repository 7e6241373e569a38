"""LeCun's normal weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class LeCun(Initializer):
    r"""LeCun: normal, standard deviation √(1 / fan in), which keeps the variance of linear units.

    .. math:: W \sim \mathcal N(0, 1 / n_{in})

    References
    ----------
    LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6, equation (16).

    Notes
    -----
    The same draw as ``xavier``, which is the book's name for it.
    """

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return (1 / fan_in) ** 0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return rng.normal(0, self.std_for(fan_in, fan_out), shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"lecun": LeCun}
