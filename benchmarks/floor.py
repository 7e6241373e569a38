"""The floor: the matrix products of a training step, and nothing else.

One a layer forward, one for the gradient of its weights, and one for that of its inputs, but for the first
layer: the gradient of the data is nobody's. Shapes and BLAS are those of the step; outputs are there before the
clock starts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import DTypeLike

from benchmarks.task import BATCH, LAYERS, UNITS

PRODUCTS = 3 * len(LAYERS) - 1


def products(dtype: DTypeLike = np.float32, units: Sequence[int] = UNITS) -> Callable[[], None]:
    """Return a function that multiplies all the matrices once."""
    rng = np.random.default_rng(0)
    w = [rng.standard_normal(shape).astype(dtype) for shape in itertools.pairwise(units)]
    x, dy = ([rng.standard_normal((BATCH, n)).astype(dtype) for n in units] for _ in range(2))
    y, dx, dw = ([np.empty_like(array) for array in arrays] for arrays in (x, x, w))

    def multiply() -> None:
        for i in range(len(w)):
            np.matmul(x[i], w[i], out=y[i + 1])
        for i in reversed(range(len(w))):
            np.matmul(x[i].T, dy[i + 1], out=dw[i])
            if i:
                np.matmul(dy[i + 1], w[i].T, out=dx[i])

    return multiply


def flop() -> int:
    """Return the floating-point operations of the products."""
    weights = [n * m for n, m in LAYERS]
    return 2 * BATCH * (3 * sum(weights) - weights[0])
