"""Glorot's normal weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class Glorot(Initializer):
    r"""Glorot: normal, standard deviation √(2 / (fan in + fan out)).

    .. math:: W \sim \mathcal N(0, 2 / (n_{in} + n_{out}))

    References
    ----------
    Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks,
    equation (12).

    Notes
    -----
    As in PyTorch (``xavier_normal_``). Keras cuts the normal distribution off at two standard deviations and
    widens it to the same variance.
    """

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return (2 / (fan_in + fan_out)) ** 0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return rng.normal(0, self.std_for(fan_in, fan_out), shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"glorot": Glorot}
