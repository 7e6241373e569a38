"""LeCun's uniform weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class LeCunUniform(Initializer):
    r"""LeCun, uniform: limit √(3 / fan in).

    .. math:: W \sim \mathcal U(-\ell, \ell), \quad \ell = \sqrt{3 / n_{in}}

    References
    ----------
    LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6, equation (16), with a
    uniform distribution of that variance.
    """

    def limit(self, fan_in: int, fan_out: int) -> float:
        return (3 / fan_in) ** 0.5

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.limit(fan_in, fan_out) / 3**0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        limit = self.limit(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"lecun_uniform": LeCunUniform}
