"""The hyperbolic tangent."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Tanh(Layer):
    r"""Tanh: the hyperbolic tangent, from −1 to 1.

    .. math:: y = \tanh x

    References
    ----------
    LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.4.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y = np.tanh(x)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * (1 - y * y)

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"tanh": Tanh}
