"""Global average pooling."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    r"""Global average pooling: the mean of every channel, as a vector.

    .. math:: y_c = \frac{1}{h w} \sum_{i j} x_{c i j}

    References
    ----------
    Lin, Chen and Yan 2014, Network In Network, section 3.2.

    Notes
    -----
    Channels are the first axis of an example; the mean is over all others.
    """

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        if len(in_shape) < 2:
            raise ValueError(f"takes examples of shape (channels, …), got shape {in_shape}")
        return in_shape[:1]

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        places = math.prod(x.shape[2:])

        def backward(dy: Array, need_dx: bool = True) -> Array:
            share = dy.reshape(*dy.shape, *(1 for _ in x.shape[2:])) / places
            return np.broadcast_to(share, x.shape).copy()

        return x.mean(axis=tuple(range(2, x.ndim))), backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"global_average_pool": GlobalAveragePool}
