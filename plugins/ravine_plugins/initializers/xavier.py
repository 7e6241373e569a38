"""The book's Xavier weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, hookimpl


@dataclass(frozen=True)
class Xavier(Initializer):
    r"""Xavier as the book has it: normal, standard deviation √(1 / fan in).

    .. math:: W \sim \mathcal N(0, 1 / n_{in})

    References
    ----------
    Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks,
    equation (12) with fan out taken to be fan in, as Caffe simplified it.

    Notes
    -----
    Glorot and Bengio's own proposal also counts the outputs: ``glorot``. The formula here is LeCun's, so
    ``lecun`` draws the same; for layers as wide as their input all three are equal.
    """

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return (1 / fan_in) ** 0.5

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return rng.normal(0, self.std_for(fan_in, fan_out), shape)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"xavier": Xavier}
