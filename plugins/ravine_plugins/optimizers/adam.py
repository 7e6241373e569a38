"""Adam."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Adam(Optimizer, slots=("m", "v")):
    r"""Adam: moving averages of gradient and squared gradient, both corrected for their start at 0.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g

    .. math:: \hat m = m / (1 - \beta_1^t), \quad \hat v = v / (1 - \beta_2^t), \qquad
              \theta \leftarrow \theta - \eta \, \hat m / (\sqrt{\hat v} + \epsilon)

    Parameters
    ----------
    lr : float
        Learning rate η (the paper's α).
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square.
    eps : float
        ε, keeps the quotient finite.

    References
    ----------
    Kingma and Ba 2015, Adam: A Method for Stochastic Optimization, Algorithm 1.

    Notes
    -----
    ε is added after the bias correction, outside the root, as in Algorithm 1, PyTorch and Optax. The book and
    Keras add 1e-7 to the root of the uncorrected v (the paper's "epsilon hat"), which at t = 1 weighs
    31.6 times as much as 1e-7 would here.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, v = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        # The corrections of both averages, moved to the scalars: section 2 of the paper, exactly Algorithm 1.
        root = (1 - self.beta2**t) ** 0.5
        rate = lr * root / (1 - self.beta1**t)
        theta -= rate * m / (np.sqrt(v) + self.eps * root)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adam": Adam}
