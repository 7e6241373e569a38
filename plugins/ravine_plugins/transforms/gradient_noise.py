"""Gradient noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class GradientNoise(Transform, sees="all"):
    r"""Gradient noise: normal noise that fades is added to the gradient.

    .. math:: g \leftarrow g + N(0, \sigma_t^2), \qquad \sigma_t^2 = \eta / t^\gamma

    Parameters
    ----------
    eta : float
        Variance η of the noise of the first update.
    gamma : float
        How fast it fades, γ.

    References
    ----------
    Neelakantan and others 2015, Adding Gradient Noise Improves Learning for Very Deep Networks, equation (1).

    Notes
    -----
    The paper counts updates from 0 and divides by (1 + t)^γ; here t counts from 1, so it is the same.
    """

    eta: float = 0.01
    gamma: float = 0.55

    def __post_init__(self) -> None:
        self.require(eta="[0, inf)", gamma="[0, inf)")

    def before(
        self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, rng: np.random.Generator
    ) -> None:
        g += (self.eta / t**self.gamma) ** 0.5 * rng.standard_normal(g.shape).astype(g.dtype)


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"gradient_noise": GradientNoise}
