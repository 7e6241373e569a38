"""Examples in another shape."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Reshape(Layer):
    r"""Reshape: the numbers of an example in another shape, last axis fastest.

    .. math:: y_{i j k} = x_{i n_2 n_3 + j n_3 + k}

    Parameters
    ----------
    shape : tuple of int
        Shape of an output example; one of its numbers may be −1, for what is left. A vector becomes an image of
        one channel with ``[1, 28, 28]``, and a signal of one channel with ``[1, -1]``.
    """

    shape: tuple[int, ...] = (1, -1)

    def __post_init__(self) -> None:
        self.require(shape="[-1, inf)")
        if 0 in self.shape or self.shape.count(-1) > 1:
            raise ValueError(
                f"Reshape: shape = {list(self.shape)}: it must have numbers from 1, of which one may be -1"
            )

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        n, known = math.prod(in_shape), math.prod(k for k in self.shape if k > 0)
        if n % known or (-1 not in self.shape and n != known):
            raise ValueError(f"shape = {list(self.shape)} does not hold the {n} numbers of shape {in_shape}")
        return tuple(n // known if k < 0 else k for k in self.shape)

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        return x.reshape(len(x), *self.shape), lambda dy, need_dx=True: dy.reshape(x.shape)


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"reshape": Reshape}
