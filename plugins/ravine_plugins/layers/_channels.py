"""Channels: the first axis of examples."""

import numpy as np
from ravine import Array


def sums_by_channel(x: Array) -> Array:
    """Return the sums of x, (batch, channels, …), over all other axes, (channels,)."""
    # Along rows NumPy adds pairwise, which keeps the digits of float32.
    rows = np.ascontiguousarray(x.swapaxes(0, 1)).reshape(x.shape[1], -1)
    sums: Array = rows.sum(axis=1)
    return sums
