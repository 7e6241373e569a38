"""Average pooling."""

import math
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins.layers._pooling import Pooling


@dataclass(frozen=True)
class AveragePool(Pooling):
    r"""Average pooling: the mean of what a window sees.

    .. math:: y_{c h w} = \frac{1}{k_1 k_2} \sum_{i j} x_{c,\, h s_1 + i,\, w s_2 + j}

    Parameters
    ----------
    size : tuple of int
        The window, with a number for each of the last axes that it moves along: ``[2, 2]`` for images,
        ``[2]`` for signals. All axes before these stay.
    stride : tuple of int or None
        Its steps; None for those of its size, so that windows stand side by side. What is left over at the end
        of an axis is not seen.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition, section
    II.B, where each channel also has a factor and a bias that are learned.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        y = reduce(np.add, self.views(x)) / math.prod(self.size)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            dx, share = np.zeros_like(x), dy / math.prod(self.size)
            for into in self.views(dx):
                into += share
            return dx

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"average_pool": AveragePool}
