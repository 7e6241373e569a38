"""Stochastic gradient descent."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Stochastic gradient descent: a step against the gradient.

    .. math:: \theta \leftarrow \theta - \eta g

    Parameters
    ----------
    lr : float
        Learning rate η.

    References
    ----------
    Robbins and Monro 1951, A Stochastic Approximation Method.
    """

    lr: float = 0.01

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        theta -= lr * g


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"sgd": SGD}
