"""An orthogonal matrix in the middle of a window."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, Place, hookimpl

from ravine_plugins.initializers._orthogonal import orthogonal
from ravine_plugins.initializers._windows import windows


@dataclass(frozen=True)
class DeltaOrthogonal(Initializer):
    r"""Delta-orthogonal: a window that keeps lengths, with an orthogonal matrix in its middle.

    .. math:: W_k = g \, [k = \lfloor (K - 1) / 2 \rfloor] \, Q, \qquad Q^T Q = I \; \text{or} \; Q Q^T = I

    Parameters
    ----------
    gain : float
        g, 1 for linear layers and √2 for ReLU.

    References
    ----------
    Xiao and others 2018, Dynamical Isometry and a Mean Field Theory of CNNs: How to Train 10,000-Layer Vanilla
    Convolutional Neural Networks, Algorithm 1.

    Notes
    -----
    The paper and JAX refuse a weight with more inputs than units, which cannot keep lengths; here its units are
    orthogonal. A matrix is the same as with ``orthogonal``.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        self.require(gain="(0, inf)")

    def std_for(self, fan_in: int, fan_out: int) -> float:
        return float(self.gain * max(fan_in, fan_out) ** -0.5)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, *, place: Place
    ) -> Array:
        order, matrix = windows(place)
        weight = np.zeros(shape)
        middle = tuple((shape[axis] - 1) // 2 for axis in order[:-2])
        weight.transpose(order)[middle] = self.gain * orthogonal(rng, matrix)
        return weight


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"delta_orthogonal": DeltaOrthogonal}
