"""Adadelta."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Adadelta(Optimizer, slots=("v", "u")):
    r"""Adadelta: steps in the units of the parameters, by the size of the steps before.

    .. math:: v \leftarrow \rho v + (1 - \rho) g \odot g, \qquad
              \Delta = g \, \sqrt{u + \epsilon} \big/ \sqrt{v + \epsilon}

    .. math:: u \leftarrow \rho u + (1 - \rho) \Delta \odot \Delta, \qquad
              \theta \leftarrow \theta - \eta \Delta

    Parameters
    ----------
    lr : float
        Learning rate η; the paper has none, which is 1.
    rho : float
        ρ, weight of the past.
    eps : float
        ε, inside both roots; it decides how long the first steps are.

    References
    ----------
    Zeiler 2012, ADADELTA: An Adaptive Learning Rate Method, Algorithm 1.

    Notes
    -----
    Defaults differ: ρ is 0.95 in the paper and in Keras, 0.9 in PyTorch and Optax; η is 0.001 in Keras; ε is
    1e-7 in Keras.
    """

    lr: float = 1.0
    rho: float = 0.95
    eps: float = 1e-6

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", rho="[0, 1)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        v, u = state
        v *= self.rho
        v += (1 - self.rho) * g * g
        delta = g * np.sqrt(u + self.eps) / np.sqrt(v + self.eps)
        u *= self.rho
        u += (1 - self.rho) * delta * delta
        theta -= lr * delta


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adadelta": Adadelta}
