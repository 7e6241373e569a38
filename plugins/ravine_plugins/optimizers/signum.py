"""Signum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Signum(Optimizer, slots=("m",)):
    r"""Signum: steps of one length along every axis, by the sign of a moving average.

    .. math:: m \leftarrow \beta m + (1 - \beta) g, \qquad \theta \leftarrow \theta - \eta \, \mathrm{sign}(m)

    Parameters
    ----------
    lr : float
        Learning rate η: the length of a step along every axis.
    beta : float
        β, weight of the past; with 0 it is the authors' signSGD.

    References
    ----------
    Bernstein et al. 2018, signSGD: Compressed Optimisation for Non-Convex Problems, Algorithm 2.

    Notes
    -----
    The sign of a heavy ball's velocity, βm + g, is the same: both start at 0. Where m is 0 there is no step;
    PyTorch's and NumPy's signs agree on that.
    """

    lr: float = 1e-4
    beta: float = 0.9

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", beta="[0, 1)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (m,) = state
        m *= self.beta
        m += (1 - self.beta) * g
        theta -= lr * np.sign(m)


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"signum": Signum}
