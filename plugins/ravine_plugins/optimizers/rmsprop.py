"""RMSProp."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class RMSProp(Optimizer, slots=("h",)):
    r"""RMSProp: steps divided by the root of a moving average of squared gradients.

    .. math:: h \leftarrow \gamma h + (1 - \gamma) \, g \odot g, \qquad
              \theta \leftarrow \theta - \eta \, g / (\sqrt{h} + \epsilon)

    Parameters
    ----------
    lr : float
        Learning rate η.
    decay : float
        γ, the weight of the past. The first step of every coordinate is η / √(1 − γ) long: 10 η at 0.99.
    eps : float
        ε, keeps the quotient finite.

    References
    ----------
    Tieleman and Hinton 2012, Lecture 6.5 of Neural Networks for Machine Learning, slide 29.

    Notes
    -----
    ε stands outside the root, as in PyTorch (1e-8 there); Keras and Optax put it inside and take γ 0.9.
    There is no bias correction, hence the long first step.
    """

    lr: float = 0.01
    decay: float = 0.99
    eps: float = 1e-7

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", decay="[0, 1)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (h,) = state
        h *= self.decay
        h += (1 - self.decay) * g * g
        theta -= lr * g / (np.sqrt(h) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"rmsprop": RMSProp}
