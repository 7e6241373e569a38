"""The identity as a window."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Initializer, Place, hookimpl

from ravine_plugins.initializers._windows import windows


@dataclass(frozen=True)
class Dirac(Initializer):
    r"""Dirac: a window that hands on what is in its middle, for a convolution that changes nothing at first.

    .. math:: W_{k i o} = [k = \lfloor K / 2 \rfloor] \, [i = o]

    References
    ----------
    Zagoruyko and Komodakis 2017, DiracNets: Training Very Deep Neural Networks Without Skip-Connections,
    section 2.

    Notes
    -----
    As PyTorch's ``dirac_``, with one group; the middle of an even window is the place after the middle. A
    matrix is the identity.
    """

    def mean_for(self, fan_in: int, fan_out: int) -> float:
        return 1 / max(fan_in, fan_out)

    def std_for(self, fan_in: int, fan_out: int) -> float:
        share = self.mean_for(fan_in, fan_out)
        return float((share - share * share) ** 0.5)

    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, *, place: Place
    ) -> Array:
        order, (n_in, n_out) = windows(place)
        weight = np.zeros(shape)
        middle = tuple(shape[axis] // 2 for axis in order[:-2])
        weight.transpose(order)[middle] = np.eye(n_in, n_out)
        return weight


@hookimpl
def ravine_initializers() -> dict[str, type[Initializer]]:
    return {"dirac": Dirac}
