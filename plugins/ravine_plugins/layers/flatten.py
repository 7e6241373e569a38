"""Images to vectors."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Flatten(Layer):
    r"""Flatten: an example of any shape becomes a vector, last axis fastest.

    .. math:: y_{i n_2 n_3 + j n_3 + k} = x_{i j k}
    """

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (math.prod(in_shape),)

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        return x.reshape(len(x), -1), lambda dy, need_dx=True: dy.reshape(x.shape)


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"flatten": Flatten}
