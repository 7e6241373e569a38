"""The optimizer my_name: replace the rule, its fields and its docstring by your own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Optimizer, slots=("m",)):
    r"""Signum: a step along the sign of an average of the gradients.

    .. math:: m \leftarrow \beta m + (1 - \beta) g, \qquad \theta \leftarrow \theta - \eta \, \mathrm{sign}(m)

    Parameters
    ----------
    lr : float
        Learning rate η.
    beta : float
        Weight of the past β.

    References
    ----------
    Bernstein, Wang, Azizzadenesheli and Anandkumar 2018, signSGD: Compressed Optimisation for Non-Convex
    Problems, Algorithm 2. (Replace it by the paper and the algorithm of your rule.)
    """

    lr: float = 0.001
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
    return {"my_name": MyName}
