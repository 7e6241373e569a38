"""Nesterov's accelerated gradient."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Nesterov(Optimizer, slots=("v",)):
    r"""Nesterov's accelerated gradient: momentum that looks ahead.

    .. math:: v \leftarrow \mu v - \eta g, \qquad \theta \leftarrow \theta + \mu v - \eta g

    Parameters
    ----------
    lr : float
        Learning rate η.
    momentum : float
        Share μ of the velocity v that a step keeps.

    References
    ----------
    Nesterov 1983, A method of solving a convex programming problem with convergence rate O(1/k²); in the form
    of Bengio, Boulanger-Lewandowski and Pascanu 2012, Advances in Optimizing Recurrent Networks, section 3.5,
    where θ stands for the point ahead.

    Notes
    -----
    Written with the new velocity, as in Keras; with the old one it is μ² v − (1 + μ) η g, the same number.
    PyTorch and Optax keep η outside the velocity: the same while the rate is constant.
    """

    lr: float = 0.01
    momentum: float = 0.9

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", momentum="[0, 1)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (v,) = state
        v *= self.momentum
        v -= lr * g
        theta += self.momentum * v
        theta -= lr * g


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"nesterov": Nesterov}
