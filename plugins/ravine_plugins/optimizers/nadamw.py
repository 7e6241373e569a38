"""NAdamW."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class NAdamW(Optimizer, slots=("m", "v"), sees="array"):
    r"""NAdamW: Adam with Nesterov's look ahead, and weights that shrink by themselves.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g

    .. math:: \hat m = \frac{\beta_1}{1 - \beta_1^{t+1}} m + \frac{1 - \beta_1}{1 - \beta_1^t} g, \quad
              \hat v = \frac{v}{1 - \beta_2^t}, \qquad
              \theta \leftarrow \theta - \eta \lambda \theta - \eta \, \hat m / (\sqrt{\hat v} + \epsilon)

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square.
    eps : float
        ε, keeps the quotient finite.
    weight_decay : float
        λ, the part of a weight that a step with the rate 1 takes away. Biases do not shrink.

    References
    ----------
    Dozat 2016, Incorporating Nesterov Momentum into Adam, Algorithm 2 with a constant μ; decay as in Loshchilov
    and Hutter 2019, Decoupled Weight Decay Regularization, Algorithm 2.

    Notes
    -----
    This is the rule of Optax, and the baseline of AlgoPerf. PyTorch's NAdam lets the momentum grow, as
    ``nadam`` does here, and has this decay only if it is asked for it.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", weight_decay="[0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        m, v = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        ahead = self.beta1 / (1 - self.beta1 ** (t + 1)) * m + (1 - self.beta1) / (1 - self.beta1**t) * g
        theta -= lr * self.weight_decay * place.decay * theta
        theta -= lr * ahead / (np.sqrt(v / (1 - self.beta2**t)) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"nadamw": NAdamW}
