"""The rectifier."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class ReLU(Layer):
    r"""ReLU: negative inputs become 0.

    .. math:: y = \max(0, x)

    References
    ----------
    Nair and Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines.

    Notes
    -----
    The derivative at 0 is taken as 0, as in PyTorch.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y = np.maximum(x, 0)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * (y > 0)

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"relu": ReLU}
