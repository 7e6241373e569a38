"""The Gaussian error linear unit, approximated."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class GELUTanh(Layer):
    r"""GELU by tanh: the approximation of the Gaussian error linear unit that GPT-2 and BERT have.

    .. math:: y = \tfrac 1 2 x \left(1 + \tanh u\right), \qquad u = \sqrt{2 / \pi} \, (x + 0.044715 x^3)

    References
    ----------
    Hendrycks and Gimpel 2016, Gaussian Error Linear Units (GELUs), section 2.

    Notes
    -----
    PyTorch's ``approximate="tanh"`` and Keras's ``approximate=True``; the default of ``jax.nn.gelu``. Up to
    5e-4 away from ``gelu``. It has a name of its own, so that ``network.activation=gelu,gelu_tanh`` compares
    the two.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        c = math.sqrt(2 / math.pi)
        t = np.tanh(c * (x + 0.044715 * x * x * x))
        y = 0.5 * x * (1 + t)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            du = c * (1 + 3 * 0.044715 * x * x)
            return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * du)

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"gelu_tanh": GELUTanh}
