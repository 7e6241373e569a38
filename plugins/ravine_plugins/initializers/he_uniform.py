"""He's uniform weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class HeUniform(Initializer):
    r"""He, uniform: limit √(6 / fan in).

    .. math:: W \sim \mathcal U(-\ell, \ell), \quad \ell = \sqrt{6 / n_{in}}

    References
    ----------
    He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet
    Classification, equation (10), with a uniform distribution of that variance.
    """

    def limit(self, fan_in: int, fan_out: int) -> float:
        return (6 / fan_in) ** 0.5

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.limit(fan_in, fan_out) / 3**0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        limit = self.limit(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"he_uniform": HeUniform}
