"""AMSGrad."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class AMSGrad(Optimizer, slots=("m", "v", "largest")):
    r"""AMSGrad: Adam whose denominator never shrinks.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g,
              \qquad v^{\max} \leftarrow \max(v^{\max}, v)

    .. math:: \theta \leftarrow \theta - \eta \, \frac{m}{1 - \beta_1^t} \Big/
              \Big(\sqrt{v^{\max} / (1 - \beta_2^t)} + \epsilon\Big)

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square.
    eps : float
        ε, keeps the quotient finite.

    References
    ----------
    Reddi, Kale and Kumar 2018, On the Convergence of Adam and Beyond, Algorithm 2.

    Notes
    -----
    Algorithm 2 corrects no average for its start at 0; PyTorch and Keras correct both, as here, after the
    maximum. Optax takes the maximum of the corrected v, which is large at the first steps and stays so.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, v, largest = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        np.maximum(largest, v, out=largest)
        theta -= lr * (m / (1 - self.beta1**t)) / (np.sqrt(largest / (1 - self.beta2**t)) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"amsgrad": AMSGrad}
