"""NAdam."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class NAdam(Optimizer, slots=("m", "v", "product"), sees="array"):
    r"""NAdam: Adam with Nesterov's look ahead, and a momentum that grows.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g,
              \qquad \hat v = v / (1 - \beta_2^t), \qquad \mu_t = \beta_1 (1 - \tfrac12 0.96^{t \psi})

    .. math:: \theta \leftarrow \theta - \frac{\eta}{\sqrt{\hat v} + \epsilon} \Big(
              \frac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i} \, g +
              \frac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i} \, m \Big)

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square.
    eps : float
        ε, keeps the quotient finite.
    momentum_decay : float
        ψ, how fast the momentum μ grows from β₁/2 to β₁.

    References
    ----------
    Dozat 2016, Incorporating Nesterov Momentum into Adam, Algorithm 2, with the schedule of its experiments.

    Notes
    -----
    ψ is 0.004 in the paper and in PyTorch; Keras has 1, so that μ is nearly β₁ after a hundred steps. Optax has
    no schedule: its ``nadam`` is ``nadamw`` here, without decay.
    """

    lr: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    momentum_decay: float = 0.004

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", momentum_decay="[0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"m": np.zeros_like(theta), "v": np.zeros_like(theta), "product": np.array(1.0)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        m, v, product = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        now, then = self._momentum(t), self._momentum(t + 1)
        product *= now
        ahead = (1 - now) / (1 - float(product)) * g + then / (1 - float(product) * then) * m
        theta -= lr * ahead / (np.sqrt(v / (1 - self.beta2**t)) + self.eps)

    def _momentum(self, t: int) -> float:
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"nadam": NAdam}
