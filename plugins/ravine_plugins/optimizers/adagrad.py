"""AdaGrad."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class AdaGrad(Optimizer, slots=("h",)):
    r"""AdaGrad: steps divided by the root of all squared gradients so far.

    .. math:: h \leftarrow h + g \odot g, \qquad \theta \leftarrow \theta - \eta \, g / (\sqrt{h} + \epsilon)

    Parameters
    ----------
    lr : float
        Learning rate η; the first step of every coordinate is as long as that.
    eps : float
        ε, keeps the quotient finite where no gradient has come yet.

    References
    ----------
    Duchi, Hazan and Singer 2011, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization,
    the diagonal form of Figure 1 (ε is their δ).

    Notes
    -----
    ε stands outside the root and h starts at 0, as in PyTorch (ε 1e-10 there). Keras and Optax put ε inside the
    root and start h at 0.1, which makes the first steps shorter.
    """

    lr: float = 0.01
    eps: float = 1e-7

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", eps="(0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (h,) = state
        h += g * g
        theta -= lr * g / (np.sqrt(h) + self.eps)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"adagrad": AdaGrad}
