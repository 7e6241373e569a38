"""Adan."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class Adan(Optimizer, slots=("m", "v", "n", "previous"), sees="array"):
    r"""Adan: Nesterov's momentum for Adam, by the average of how gradients change.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2) (g - g_{\text{previous}})

    .. math:: n \leftarrow \beta_3 n + (1 - \beta_3) \big(g + \beta_2 (g - g_{\text{previous}})\big)^{\odot 2}

    .. math:: \theta \leftarrow \Big(\theta - \eta \, (\hat m + \beta_2 \hat v) \big/
              (\sqrt{\hat n} + \epsilon)\Big) \Big/ (1 + \eta \lambda), \qquad
              \hat m = \frac{m}{1 - \beta_1^t}, \ \hat v = \frac{v}{1 - \beta_2^t}, \
              \hat n = \frac{n}{1 - \beta_3^t}

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2, beta3 : float
        Weights of the past: for the gradient, for its change, and for the square.
    eps : float
        ε, keeps the quotient finite.
    weight_decay : float
        λ. Biases do not shrink.

    References
    ----------
    Xie et al. 2022, Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing Deep Models, Algorithm 1.

    Notes
    -----
    Algorithm 1 has weights of the new, 0.02, 0.08 and 0.01, where the authors' code and this rule have those of
    the past; it has no corrections of averages for their start at 0, which that code and this rule have. The
    first gradient counts as unchanged.
    """

    lr: float = 0.001
    beta1: float = 0.98
    beta2: float = 0.92
    beta3: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", eps="(0, inf)", weight_decay="[0, inf)")
        self.require(beta1="[0, 1)", beta2="[0, 1)", beta3="[0, 1)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        m, v, n, previous = state
        change = g - previous if t > 1 else 0 * g
        previous[...] = g
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (change - v)
        n += (1 - self.beta3) * ((g + self.beta2 * change) ** 2 - n)
        ahead = m / (1 - self.beta1**t) + self.beta2 * v / (1 - self.beta2**t)
        theta -= lr * ahead / (np.sqrt(n / (1 - self.beta3**t)) + self.eps)
        theta /= 1 + lr * self.weight_decay * place.decay


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adan": Adan}
