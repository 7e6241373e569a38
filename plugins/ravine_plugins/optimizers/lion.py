"""Lion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Lion(Optimizer, slots=("m",)):
    r"""Lion: steps of one length along every axis, by the sign of an average.

    .. math:: \theta \leftarrow \theta - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g), \qquad
              m \leftarrow \beta_2 m + (1 - \beta_2) g

    Parameters
    ----------
    lr : float
        Learning rate η: the length of a step along every axis. A third to a tenth of Adam's is usual.
    beta1, beta2 : float
        Weights of the past, β₁ in the average that is stepped by, β₂ in the one that is kept.

    References
    ----------
    Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, Algorithm 2.

    Notes
    -----
    The decay of Algorithm 2 is ``regularizer=decoupled_l2``. Its default is 0.001 in Optax, and 0 elsewhere.
    """

    lr: float = 1e-4
    beta1: float = 0.9
    beta2: float = 0.99

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta1="[0, 1)", beta2="[0, 1)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (m,) = state
        theta -= lr * np.sign(self.beta1 * m + (1 - self.beta1) * g)
        m *= self.beta2
        m += (1 - self.beta2) * g


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"lion": Lion}
