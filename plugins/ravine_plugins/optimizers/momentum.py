"""Momentum, the heavy ball."""

from collections.abc import Sequence
from dataclasses import dataclass

from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Momentum(Optimizer, slots=("v",)):
    r"""Momentum: a heavy ball that keeps part of its velocity.

    .. math:: v \leftarrow \mu v - \eta g, \qquad \theta \leftarrow \theta + v

    Parameters
    ----------
    lr : float
        Learning rate η.
    momentum : float
        Share μ of the velocity v that a step keeps.

    References
    ----------
    Polyak 1964, Some methods of speeding up the convergence of iteration methods; written as in Sutskever,
    Martens, Dahl and Hinton 2013, On the importance of initialization and momentum in deep learning,
    equations (1) and (2).

    Notes
    -----
    η is inside the velocity, as in Keras. PyTorch and Optax keep it outside: with a constant rate that is the
    same, with a schedule the velocity here still holds the rates of the steps it comes from.
    """

    lr: float = 0.01
    momentum: float = 0.9

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", momentum="[0, 1)")

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        (v,) = state
        v *= self.momentum
        v -= lr * g
        theta += v


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"momentum": Momentum}
