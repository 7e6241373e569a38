"""The smooth rectifier."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins._logistic import logistic


@dataclass(frozen=True)
class Softplus(Layer):
    r"""Softplus: a smooth ReLU, whose derivative is the sigmoid.

    .. math:: y = \log(1 + e^x)

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau and Garcia 2001, Incorporating Second-Order Functional Knowledge for Better
    Option Pricing, section 3.

    Notes
    -----
    Nothing is cut off. PyTorch returns x itself above its ``threshold``, 20, where the difference is 2e-9.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y = np.logaddexp(x, 0)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * logistic(x)

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"softplus": Softplus}
