"""The logistic function."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Sigmoid(Layer):
    """Sigmoid: the logistic function, from 0 to 1.

    .. math:: y = 1 / (1 + e^{-x})

    References
    ----------
    Rumelhart, Hinton and Williams 1986, Learning representations by back-propagating errors, equation (2).

    Notes
    -----
    Computed as (1 + tanh(x / 2)) / 2, which never overflows. Its error is that of numbers near 1, so far on the
    left, below −17 in float32, it is 0 where eˣ would still have digits.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y = 0.5 * (1 + np.tanh(0.5 * x))

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * y * (1 - y)

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"sigmoid": Sigmoid}
