"""NovoGrad."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class NovoGrad(Optimizer, slots=("m", "v"), sees="array"):
    r"""NovoGrad: momentum of gradients that are divided by the norm of their array.

    .. math:: v \leftarrow \beta_2 v + (1 - \beta_2) \|g\|^2, \quad \text{at first}
              \ v \leftarrow \|g\|^2, \qquad
              m \leftarrow \beta_1 m + g / (\sqrt v + \epsilon) + \lambda \theta, \qquad
              \theta \leftarrow \theta - \eta m

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta1, beta2 : float
        Weights of the past, β₁ for the direction, β₂ for the squared norm.
    eps : float
        ε, keeps the quotient finite.
    weight_decay : float
        λ. Biases do not shrink.

    References
    ----------
    Ginsburg et al. 2019, Stochastic Gradient Methods with Layer-wise Adaptive Moments for Training of Deep
    Networks, Algorithm 1.

    Notes
    -----
    Defaults of β₁ and β₂ are 0.95 and 0.98 in the paper, 0.9 and 0.25 in Optax. Of an array v is one number.
    """

    lr: float = 0.01
    beta1: float = 0.95
    beta2: float = 0.98
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", weight_decay="[0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        return {"m": np.zeros_like(theta), "v": np.array(0.0)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        m, v = state
        square = float((g * g).sum())
        v[...] = square if t == 1 else self.beta2 * float(v) + (1 - self.beta2) * square
        m *= self.beta1
        m += g / (float(v) ** 0.5 + self.eps) + self.weight_decay * place.decay * theta
        theta -= lr * m


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"novograd": NovoGrad}
