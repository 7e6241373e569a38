"""LAMB."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, Place, hookimpl


@dataclass(frozen=True)
class Lamb(Optimizer, slots=("m", "v"), sees="array"):
    r"""LAMB: the direction of Adam with decay, and for each array a step as long as the array itself.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g \odot g

    .. math:: r = \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} + \lambda \theta, \qquad
              \theta \leftarrow \theta - \eta \, \frac{\|\theta\|}{\|r\|} \, r

    Where one of the norms is 0, the quotient is 1.

    Parameters
    ----------
    lr : float
        Learning rate η: the length of a step as a part of the length of the array.
    beta1, beta2 : float
        Weights of the past, β₁ for the gradient, β₂ for its square.
    eps : float
        ε, keeps the quotient finite.
    weight_decay : float
        λ. Biases do not shrink.

    References
    ----------
    You et al. 2020, Large Batch Optimization for Deep Learning: Training BERT in 76 Minutes, Algorithm 2, with
    φ the identity.

    Notes
    -----
    Optax is the same. timm adapts only arrays that decay, and first clips the norm of all gradients to 1, which
    is ``transform=[clip_global_norm]``; the authors' code leaves biases and normalisations alone, and limits φ
    to 10.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-6
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)", eps="(0, inf)", weight_decay="[0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float, place: Place) -> None:
        m, v = state
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g * g
        r = m / (1 - self.beta1**t) / (np.sqrt(v / (1 - self.beta2**t)) + self.eps)
        r += self.weight_decay * place.decay * theta
        size, length = float(np.linalg.norm(theta)), float(np.linalg.norm(r))
        theta -= lr * (size / length if size > 0 and length > 0 else 1.0) * r


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"lamb": Lamb}
