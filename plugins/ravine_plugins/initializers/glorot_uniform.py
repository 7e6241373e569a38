"""Glorot's uniform weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class GlorotUniform(Initializer):
    r"""Glorot, uniform: limit √(6 / (fan in + fan out)).

    .. math:: W \sim \mathcal U(-\ell, \ell), \quad \ell = \sqrt{6 / (n_{in} + n_{out})}

    References
    ----------
    Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks,
    equation (16), their "normalized initialization".
    """

    def limit(self, fan_in: int, fan_out: int) -> float:
        return (6 / (fan_in + fan_out)) ** 0.5

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.limit(fan_in, fan_out) / 3**0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        limit = self.limit(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"glorot_uniform": GlorotUniform}
