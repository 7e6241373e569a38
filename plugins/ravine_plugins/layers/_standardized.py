"""Mean 0 and variance 1."""

from collections.abc import Callable

import numpy as np
from ravine import Array


def standardized(x: Array, axes: int | tuple[int, ...], eps: float) -> tuple[Array, Callable[[Array], Array]]:
    """Return x with mean 0 and variance 1 over some axes, and the function that takes a gradient back to x."""
    centred = x - x.mean(axis=axes, keepdims=True)
    inv_std = 1 / np.sqrt(np.square(centred).mean(axis=axes, keepdims=True) + eps)
    x_hat = centred * inv_std

    def back(d: Array) -> Array:
        both = d.mean(axis=axes, keepdims=True) + x_hat * (d * x_hat).mean(axis=axes, keepdims=True)
        return (d - both) * inv_std

    return x_hat, back
