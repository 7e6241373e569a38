"""AdaMax."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class AdaMax(Optimizer, slots=("m", "u")):
    r"""AdaMax: Adam with the largest gradient so far, which fades, in place of the root of mean squares.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              u \leftarrow \max(\beta_2 u, |g| + \epsilon), \qquad
              \theta \leftarrow \theta - \frac{\eta}{1 - \beta_1^t} \, m / u

    Parameters
    ----------
    lr : float
        Learning rate η (the paper's α).
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its size.
    eps : float
        ε, keeps the quotient finite.

    References
    ----------
    Kingma and Ba 2015, Adam: A Method for Stochastic Optimization, Algorithm 2.

    Notes
    -----
    Algorithm 2 has no ε, and divides 0 by 0 where no gradient has come yet. ε is in the maximum, as in PyTorch
    and Optax; Keras adds it to u.
    """

    lr: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, u = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        u *= self.beta2
        np.maximum(u, abs(g) + self.eps, out=u)
        theta -= lr / (1 - self.beta1**t) * m / u


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adamax": AdaMax}
