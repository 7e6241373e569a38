"""The convolution of images with standardised weights."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins.layers._standardized import standardized
from ravine_plugins.layers.conv2d import Conv2d


@dataclass(frozen=True)
class StandardizedConv2d(Conv2d):
    r"""Convolution of images with weight standardisation: those of a channel get mean 0 and variance 1.

    .. math:: \hat W_{\cdot o} = (W_{\cdot o} - \mu_o) / \sqrt{\sigma_o^2 + \epsilon}

    Parameters
    ----------
    eps : float
        ε, inside the root. All other fields are those of ``conv2d``, which then takes Ŵ.

    References
    ----------
    Qiao, Wang, Liu, Shen and Yuille 2019, Micro-Batch Training with Batch-Channel Normalization and Weight
    Standardization, section 3.

    Notes
    -----
    The variance is divided by the number of weights and ε is inside the root, as in timm's ``StdConv2d``; the
    paper's code divides by one less, and adds 1e-5 to the standard deviation. How large W is does not matter,
    so decay changes the step only.
    """

    eps: float = 1e-6

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(eps="(0, inf)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        W, to_weight = standardized(p.W, (0, 1, 2), self.eps)
        own = SimpleNamespace(W=W, b=p.b, grad=p.grad)
        y, back = super().forward(x, own, training=training, rng=rng)

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            dx = back(dy, need_dx)
            p.grad.W[...] = to_weight(p.grad.W)
            return dx

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"standardized_conv2d": StandardizedConv2d}
