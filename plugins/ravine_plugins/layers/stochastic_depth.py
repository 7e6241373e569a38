"""Branches that are left out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class StochasticDepth(Layer):
    r"""Stochastic depth: at the end of a residual branch, leaves it out for some examples while training.

    .. math:: y = x + \frac{m}{1 - p} F(x), \qquad m \sim \mathrm{Bernoulli}(1 - p)

    Parameters
    ----------
    ratio : float
        Chance p that an example goes without the branch. While training the others are multiplied by
        1 / (1 − p); judged, nothing happens.

    References
    ----------
    Huang, Sun, Liu, Sedra and Weinberger 2016, Deep Networks with Stochastic Depth, section 3.

    Notes
    -----
    It is the last layer of F: ``{name: residual, layers: [relu, {name: affine, units: 100},
    stochastic_depth]}``. Every example has a draw of its own, and scales are those of training:
    ``StochasticDepth`` of torchvision with ``mode="row"``, and ``DropPath`` of timm. The paper draws once a
    batch, so that a branch need not be computed, and multiplies it by 1 − p when it judges.
    """

    ratio: float = 0.2

    def __post_init__(self) -> None:
        self.require(ratio="[0, 1)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        if not training:
            return x, lambda dy, need_dx=True: dy
        kept = rng.random((len(x), *(1 for _ in x.shape[1:])), dtype=np.float32) >= self.ratio
        mask = kept * x.dtype.type(1 / (1 - self.ratio))
        return x * mask, lambda dy, need_dx=True: dy * mask


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"stochastic_depth": StochasticDepth}
