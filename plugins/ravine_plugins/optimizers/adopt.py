"""ADOPT."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Adopt(Optimizer, slots=("m", "v")):
    r"""ADOPT: Adam that divides a gradient by the squares before it, and only then averages.

    The first gradient makes no step: :math:`v \leftarrow g \odot g`. Then

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) \, \mathrm{clip}\Big(\frac{g}{\max(\sqrt v, \epsilon)},
              (t - 1)^{1/4}\Big), \qquad \theta \leftarrow \theta - \eta m, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the divided gradient, β₂ for the square.
    eps : float
        ε, smallest denominator.

    References
    ----------
    Taniguchi et al. 2024, ADOPT: Modified Adam Can Converge with Any β₂ with the Optimal Rate, Algorithm 2 with
    the clipping of its second version, c_t = t^(1/4).

    Notes
    -----
    The first version has no clipping; then a first gradient of 0 makes the second step very long.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.9999
    eps: float = 1e-6

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, v = state
        if t == 1:
            v[...] = g * g
            return
        limit = (t - 1) ** 0.25
        m *= self.beta1
        m += (1 - self.beta1) * np.clip(g / np.maximum(np.sqrt(v), self.eps), -limit, limit)
        theta -= lr * m
        v *= self.beta2
        v += (1 - self.beta2) * g * g


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adopt": Adopt}
