"""The uniform weights that were common before Glorot's."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class HeuristicUniform(Initializer):
    r"""Heuristic, uniform: limit √(1 / fan in), the default of PyTorch's Linear.

    .. math:: W \sim \mathcal U(-\ell, \ell), \quad \ell = 1 / \sqrt{n_{in}}

    References
    ----------
    Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks,
    equation (1), "the commonly used heuristic", which they improve.

    Notes
    -----
    The variance is a third of LeCun's, so signals shrink by √3 in each linear layer. PyTorch's Linear and
    Conv2d write it as ``kaiming_uniform_(a=sqrt(5))``; their biases are drawn so too, which ravine's are not.
    """

    def limit(self, fan_in: int, fan_out: int) -> float:
        return (1 / fan_in) ** 0.5

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return self.limit(fan_in, fan_out) / 3**0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        limit = self.limit(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"heuristic_uniform": HeuristicUniform}
