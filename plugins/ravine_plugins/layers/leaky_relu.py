"""The rectifier with a slope on the left."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class LeakyReLU(Layer):
    r"""Leaky ReLU: negative inputs become small instead of 0.

    .. math:: y = \begin{cases} x & x > 0 \\ \alpha x & x \le 0 \end{cases}

    Parameters
    ----------
    slope : float
        The factor α of negative inputs.

    References
    ----------
    Maas, Hannun and Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models, section 2.

    Notes
    -----
    The slope is the paper's and PyTorch's, 0.01; Keras has 0.3 by default. The derivative at 0 is taken as α,
    as in PyTorch; that of Keras on JAX is 1 there.
    """

    slope: float = 0.01

    def __post_init__(self) -> None:
        self.require(slope="[0, inf)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y = np.where(x > 0, x, self.slope * x)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return np.where(x > 0, dy, self.slope * dy)

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"leaky_relu": LeakyReLU}
