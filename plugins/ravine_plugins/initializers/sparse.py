"""Units with few weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, Place, hookimpl

from ravine_plugins.initializers._windows import windows


@dataclass(frozen=True)
class Sparse(Initializer):
    r"""Sparse: each unit has few weights that are not 0, and these are large.

    .. math:: W_{ij} \sim \mathcal N(0, \sigma^2) \; \text{for k inputs i of unit j}, \qquad W_{ij} = 0
              \; \text{for the others}

    Parameters
    ----------
    connections : int
        k; a unit with fewer inputs has all of them.
    std : float
        σ.

    References
    ----------
    Martens 2010, Deep learning via Hessian-free optimization, section 5: "we hard limit the number of non-zero
    incoming connection weights to each unit (we used 15 in our experiments) and set the biases to 0".

    Notes
    -----
    PyTorch's ``sparse_`` draws a share of weights that are 0, by default with σ = 0.01, and counts them for
    each column of the matrix as Linear has it: for each input in place of each unit.
    """

    connections: int = 15
    std: float = 1.0

    def __post_init__(self) -> None:
        self.require(connections="[1, inf)", std="[0, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return float(self.std * (min(self.connections, fan_in) / fan_in) ** 0.5)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, *, place: Place
    ) -> Array:
        order, (_, n_out) = windows(place)
        weight = np.zeros(shape)
        units = weight.transpose([order[-1], *order[:-1]])
        drawn = np.zeros((n_out, weight.size // n_out))
        chosen = rng.permuted(np.broadcast_to(np.arange(drawn.shape[1]), drawn.shape), axis=1)
        chosen = chosen[:, : self.connections]
        np.put_along_axis(drawn, chosen, rng.normal(0, self.std, chosen.shape), axis=1)
        units[...] = drawn.reshape(units.shape)
        return weight


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"sparse": Sparse}
