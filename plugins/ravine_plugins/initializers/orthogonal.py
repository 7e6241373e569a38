"""Orthogonal weights."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, Place, hookimpl

from ravine_plugins.initializers._orthogonal import orthogonal_units


@dataclass(frozen=True)
class Orthogonal(Initializer):
    r"""Orthogonal: a random matrix that keeps lengths.

    .. math:: W^T W = g^2 I \quad \text{or} \quad W W^T = g^2 I

    Parameters
    ----------
    gain : float
        The factor g, 1 for linear layers and √2 for ReLU.

    References
    ----------
    Saxe, McClelland and Ganguli 2014, Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks, section 3.

    Notes
    -----
    Of a convolution, W has a row for each input at each place of the window, as in PyTorch and Keras; then the
    standard deviation that ``std_for`` states is that of a matrix with as many rows.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        self.require(gain="(0, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return float(self.gain * max(fan_in, fan_out) ** -0.5)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, *, place: Place
    ) -> Array:
        return self.gain * orthogonal_units(rng, place)


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"orthogonal": Orthogonal}
