"""The logistic function, for layers and losses that multiply it."""

import numpy as np
from ravine import Array


def logistic(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) with all digits on both sides, and without an overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)
