"""AdaBelief."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class AdaBelief(Optimizer, slots=("m", "s")):
    r"""AdaBelief: Adam with the mean square of surprises, how far a gradient is from its average.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
              s \leftarrow \beta_2 s + (1 - \beta_2) (g - m)^{\odot 2} + \epsilon

    .. math:: \theta \leftarrow \theta - \eta \, \frac{m}{1 - \beta_1^t} \Big/
              \Big(\sqrt{s / (1 - \beta_2^t)} + \epsilon\Big)

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for the squared surprise.
    eps : float
        ε, added at every step to s, and to its root.

    References
    ----------
    Zhuang et al. 2020, AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients, Algorithm
    2.

    Notes
    -----
    ε is in s too, at every step, as in the paper and in the authors' package. That package begins with RAdam's
    rectification by default; ``rectify=False`` is this rule.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-16

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, s = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        s *= self.beta2
        s += (1 - self.beta2) * (g - m) ** 2 + self.eps
        theta -= lr * (m / (1 - self.beta1**t)) / (np.sqrt(s / (1 - self.beta2**t)) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adabelief": AdaBelief}
