"""The affine layer with standardised weights."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins.layers._standardized import standardized
from ravine_plugins.layers.affine import Affine


@dataclass(frozen=True)
class StandardizedAffine(Affine):
    r"""Affine with weight standardisation: weights of a unit get mean 0 and variance 1.

    .. math:: y = x \hat W + b, \qquad \hat W_{\cdot j} = (W_{\cdot j} - \mu_j) / \sqrt{\sigma_j^2 + \epsilon}

    Parameters
    ----------
    eps : float
        ε, inside the root.

    References
    ----------
    Qiao, Wang, Liu, Shen and Yuille 2019, Micro-Batch Training with Batch-Channel Normalization and Weight
    Standardization, section 3.

    Notes
    -----
    ``standardized_conv2d`` is the same for a convolution, which is what the paper is about. The variance is
    divided by the number of weights. How large W is does not matter, so decay changes the step only.
    """

    eps: float = 1e-6

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(eps="(0, inf)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        W, to_weight = standardized(p.W, 0, self.eps)
        own = SimpleNamespace(W=W, b=p.b, grad=p.grad)
        y, back = super().forward(x, own, training=training, rng=rng)

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            dx = back(dy, need_dx)
            p.grad.W[...] = to_weight(p.grad.W)
            return dx

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"standardized_affine": StandardizedAffine}
