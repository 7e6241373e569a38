"""Root mean square normalisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec, hookimpl

from ravine_plugins.layers._sums import over_batch


@dataclass(frozen=True)
class RMSNorm(Layer):
    r"""Root mean square normalisation: every example is divided by the size of its units, then scaled.

    .. math:: \hat x = x \Big/ \sqrt{\textstyle\frac 1 n \sum_i x_i^2 + \epsilon}, \qquad y = g \hat x

    Parameters
    ----------
    eps : float
        ε, inside the root.

    References
    ----------
    Zhang and Sennrich 2019, Root Mean Square Layer Normalization, equation (4).

    Notes
    -----
    The mean is over all axes of an example; g starts at 1, does not decay, and has a number for each of an
    example. The paper has no ε. PyTorch's is by default the smallest step at 1, 2.2e-16 in float64, and Keras's
    1e-6; Keras takes the last axis only unless it is told more.
    """

    eps: float = 1e-6

    def __post_init__(self) -> None:
        self.require(eps="(0, inf)")

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        return {"g": ParameterSpec(in_shape, fill=1.0)}

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        axes = tuple(range(1, x.ndim))
        inv_size = 1 / np.sqrt(np.square(x).mean(axis=axes, keepdims=True) + self.eps)
        x_hat = x * inv_size

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            over_batch(dy * x_hat, out=p.grad.g)
            dx_hat = dy * p.g
            return (dx_hat - x_hat * (dx_hat * x_hat).mean(axis=axes, keepdims=True)) * inv_size

        return x_hat * p.g, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"rms_norm": RMSNorm}
