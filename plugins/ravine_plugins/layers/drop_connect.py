"""Dropout of weights."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins.layers.affine import Affine


@dataclass(frozen=True)
class DropConnect(Affine):
    r"""DropConnect: an affine layer whose weights are 0 with a given chance while training.

    .. math:: y = x \, \frac{M \circ W}{1 - p} + b, \qquad M_{ij} \sim \mathrm{Bernoulli}(1 - p)

    Parameters
    ----------
    ratio : float
        Chance p that a weight is dropped. While training the others are multiplied by 1 / (1 − p); judged,
        nothing happens.

    References
    ----------
    Wan, Zeiler, Zhang, LeCun and Fergus 2013, Regularization of Neural Networks using DropConnect, section 3.

    Notes
    -----
    A batch has one mask, and biases are not dropped; the paper has a mask for each example, and drops biases as
    well. Judged, weights take their mean, where the paper draws the units from a normal distribution
    (Algorithm 2).
    """

    ratio: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(ratio="[0, 1)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        if not training:
            return super().forward(x, p, training=training, rng=rng)
        kept = rng.random(p.W.shape, dtype=np.float32) >= self.ratio
        mask = kept * x.dtype.type(1 / (1 - self.ratio))
        own = SimpleNamespace(W=p.W * mask, b=p.b, grad=p.grad)
        y, back = super().forward(x, own, training=training, rng=rng)

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            dx = back(dy, need_dx)
            p.grad.W *= mask
            return dx

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"drop_connect": DropConnect}
