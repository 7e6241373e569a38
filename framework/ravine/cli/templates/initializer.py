"""The initializer my_name: replace the distribution, its fields and its docstring by your own."""

import math
from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Initializer):
    r"""Uniform, by fan in: limit gain / √(fan in), a heuristic older than Glorot's.

    .. math:: W \sim \mathcal U(-\ell, \ell), \quad \ell = g / \sqrt{n_{in}}, \quad \sigma = \ell / \sqrt 3

    Parameters
    ----------
    gain : float
        g.

    References
    ----------
    Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks,
    equation (1), where g = 1. (Replace it by the paper and the equation of yours.)
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        self.require(gain="[0, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.gain / math.sqrt(3 * fan_in)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        limit = math.sqrt(3) * self.std_for(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"my_name": MyName}
