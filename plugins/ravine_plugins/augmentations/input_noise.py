"""Noise on inputs."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Augmentation, hookimpl


@dataclass(frozen=True)
class InputNoise(Augmentation):
    r"""Input noise: normal noise is added to every input.

    .. math:: \tilde x = x + \varepsilon, \qquad \varepsilon \sim \mathcal N(0, \sigma^2)

    Parameters
    ----------
    sigma : float
        Standard deviation σ, in units of the scaled inputs: those of MNIST are 0 to 1.

    References
    ----------
    Bishop 1995, Training with Noise is Equivalent to Tikhonov Regularization.
    """

    sigma: float = 0.1

    def __post_init__(self) -> None:
        self.require(sigma="[0, inf)")

    def augment(self, x: Array, target: Array, *, n_out: int, rng: np.random.Generator) -> tuple[Array, Array]:
        return x + self.sigma * rng.standard_normal(x.shape, dtype=x.dtype), target


@hookimpl
def ravine_augmentations() -> dict[str, type[Augmentation]]:
    return {"input_noise": InputNoise}
