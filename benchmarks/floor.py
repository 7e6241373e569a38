"""The floor: the 14 matrix products of a training step, and nothing else.

Five forward, five for the gradients of the weights, four for those of the hidden layers: the gradient of the
data is nobody's. Shapes and BLAS are those of the step; outputs are there before the clock starts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

UNITS = (784, 100, 100, 100, 100, 10)
BATCH = 128
PRODUCTS = 14


def products() -> Callable[[], None]:
    """Return a function that multiplies all the matrices once."""
    rng = np.random.default_rng(0)
    x = [_normal(rng, BATCH, n) for n in UNITS]
    dy = [_normal(rng, BATCH, n) for n in UNITS]
    w = [_normal(rng, n, m) for n, m in zip(UNITS[:-1], UNITS[1:], strict=True)]
    y, dx, dw = ([np.empty_like(array) for array in arrays] for arrays in (x, x, w))
    layers = range(len(w))

    def multiply() -> None:
        for i in layers:
            np.matmul(x[i], w[i], out=y[i + 1])
        for i in reversed(layers):
            np.matmul(x[i].T, dy[i + 1], out=dw[i])
            if i:
                np.matmul(dy[i + 1], w[i].T, out=dx[i])

    return multiply


def flop() -> int:
    """Return the floating-point operations of the products."""
    weights = [n * m for n, m in zip(UNITS[:-1], UNITS[1:], strict=True)]
    return 2 * BATCH * (3 * sum(weights) - weights[0])


def _normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)
