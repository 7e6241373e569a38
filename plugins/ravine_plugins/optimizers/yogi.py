"""Yogi."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Yogi(Optimizer, slots=("m", "v")):
    r"""Yogi: Adam whose mean square goes up and down by steps of one size, so that it cannot fall quickly.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              v \leftarrow v - (1 - \beta_2) \, \mathrm{sign}(v - g \odot g) \, g \odot g

    .. math:: \theta \leftarrow \theta - \eta \, \frac{m}{1 - \beta_1^t} \Big/
              \Big(\sqrt{v / (1 - \beta_2^t)} + \epsilon\Big)

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        β₁, weight of the past for the gradient; 1 - β₂ is how much v moves.
    eps : float
        ε, keeps the quotient finite, and limits the rate.
    v0 : float
        First value of v.

    References
    ----------
    Zaheer et al. 2018, Adaptive Methods for Nonconvex Optimization, Algorithm 2.

    Notes
    -----
    Algorithm 2 corrects no average for its start; Optax and torch-optimizer correct both, as here. v starts at
    1e-6 in all; the authors recommend the mean of some squared gradients.
    """

    lr: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-3
    v0: float = 1e-6

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", v0="[0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"m": np.zeros_like(theta), "v": np.full_like(theta, self.v0)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, v = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        v -= (1 - self.beta2) * np.sign(v - g * g) * g * g
        theta -= lr * (m / (1 - self.beta1**t)) / (np.sqrt(v / (1 - self.beta2**t)) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"yogi": Yogi}
