"""Max pooling."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl

from ravine_plugins.layers._pooling import Pooling


@dataclass(frozen=True)
class MaxPool(Pooling):
    r"""Max pooling: the largest number that a window sees.

    .. math:: y_{c h w} = \max_{i j} \, x_{c,\, h s_1 + i,\, w s_2 + j}

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
    Ranzato, Huang, Boureau and LeCun 2007, Unsupervised Learning of Invariant Feature Hierarchies with
    Applications to Object Recognition, section 2.

    Notes
    -----
    Of equal numbers the first, row by row, gets the gradient, as in PyTorch and in Keras on JAX.
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        first, *others = self.views(x)
        y = first.copy(order="K")
        for seen in others:
            np.maximum(y, seen, out=y)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            dx, left = np.zeros_like(x), np.empty_like(y)
            left[...] = dy
            for seen, into in zip(self.views(x), self.views(dx), strict=True):
                given = left * (seen == y)
                into += given
                left -= given
            return dx

        return y, backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"max_pool": MaxPool}
