"""AdEMAMix."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class AdEMAMix(Optimizer, slots=("m1", "m2", "v")):
    r"""AdEMAMix: Adam with a second average of the gradient, which is very slow.

    .. math:: m_1 \leftarrow \beta_1 m_1 + (1 - \beta_1) g, \quad m_2 \leftarrow \beta_3 m_2 + (1 - \beta_3) g,
              \quad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g

    .. math:: \theta \leftarrow \theta - \eta \Big(\frac{m_1}{1 - \beta_1^t} + \alpha m_2\Big) \Big/
              \Big(\sqrt{v / (1 - \beta_2^t)} + \epsilon\Big)

    Over the first T steps α grows from 0, and the half-life of the slow average from that of the fast one, both
    linearly.

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2, beta3 : float
        Weights of the past: of the fast average, of the square, and of the slow average.
    alpha : float
        α, weight of the slow average.
    warm_up : int
        T, steps until α and β₃ have their values; 0 for from the start. The authors take the length of the run.
    eps : float
        ε, keeps the quotient finite.

    References
    ----------
    Pagliardini, Ablin and Grangier 2024, The AdEMAMix Optimizer: Better, Faster, Older, Algorithm 1 and the
    schedules (4) and (5) of section 3.

    Notes
    -----
    The slow average starts at 0 and is not corrected for it. The decay of Algorithm 1 is
    ``regularizer=decoupled_l2``. α is 5 in the paper and in Optax's alias, 6 in Optax's ``scale_by_ademamix``.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    beta3: float = 0.9999
    alpha: float = 5.0
    warm_up: int = 0
    eps: float = 1e-8

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", eps="(0, inf)", alpha="[0, inf)", warm_up="[0, inf)")
        self.require(beta1="(0, 1)", beta2="[0, 1)", beta3="(0, 1)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m1, m2, v = state
        alpha, beta3 = self._slow(t)
        m1 *= self.beta1
        m1 += (1 - self.beta1) * g
        m2 *= beta3
        m2 += (1 - beta3) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        both = m1 / (1 - self.beta1**t) + alpha * m2
        theta -= lr * both / (np.sqrt(v / (1 - self.beta2**t)) + self.eps)

    def _slow(self, t: int) -> tuple[float, float]:
        if t >= self.warm_up:
            return self.alpha, self.beta3
        part, fast, slow = t / self.warm_up, math.log(self.beta1), math.log(self.beta3)
        return part * self.alpha, math.exp(fast * slow / ((1 - part) * slow + part * fast))


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"ademamix": AdEMAMix}
