"""The softsign."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Softsign(Layer):
    r"""Softsign: from −1 to 1 as tanh, but with tails that fall off slowly.

    .. math:: y = \frac{x}{1 + |x|}

    References
    ----------
    Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks, section
    3.3.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        size = 1 + np.abs(x)
        y = x / size

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy / size / size

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"softsign": Softsign}
