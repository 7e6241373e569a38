"""The scaled exponential linear unit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805


@dataclass(frozen=True)
class SELU(Layer):
    r"""SELU: an ELU with numbers that take activations to mean 0 and variance 1, layer by layer.

    .. math:: y = \lambda \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}, \qquad
              \lambda \approx 1.0507, \quad \alpha \approx 1.6733

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing Neural Networks, equation (2).

    Notes
    -----
    It keeps mean and variance if weights have variance 1 / fan in, ``initializer=lecun``. The derivative at 0
    is taken as λα, as in PyTorch.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        below = np.minimum(x, 0)
        y = SCALE * np.where(x > 0, x, ALPHA * np.expm1(below))

        def backward(dy: Array, need_dx: bool = True) -> Array:
            return dy * (SCALE * np.where(x > 0, 1, ALPHA * np.exp(below)))

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"selu": SELU}
