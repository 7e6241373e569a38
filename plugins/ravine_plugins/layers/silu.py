"""The sigmoid linear unit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins._logistic import logistic


@dataclass(frozen=True)
class SiLU(Layer):
    r"""SiLU: the input times its own sigmoid, also called swish.

    .. math:: y = x \, \sigma(x)

    References
    ----------
    Elfwing, Uchibe and Doya 2018, Sigmoid-Weighted Linear Units for Neural Network Function Approximation in
    Reinforcement Learning, section 2. Ramachandran, Zoph and Le 2017, Searching for Activation Functions, call
    it swish, with β = 1.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        s = logistic(x)
        y = x * s

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * s * (1 + x * (1 - s))

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"silu": SiLU}
