"""Channels: the first axis of examples."""

import numpy as np
from ravine import Array


def sums_by_channel(x: Array) -> Array:
    """Return the sums of x, (batch, channels, …), over all other axes, (channels,)."""
    # Along rows NumPy adds pairwise, which keeps the digits of float32.
    rows = np.ascontiguousarray(x.swapaxes(0, 1)).reshape(x.shape[1], -1)
    sums: Array = rows.sum(axis=1)
    return sums


def places_by_channel(x: Array) -> Array:
    """Return x, (batch, channels, …), with a row for each place of each example: (batch · places, channels)."""
    rows: Array = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
    return rows


def examples_of(rows: Array, shape: tuple[int, ...]) -> Array:
    """Return the x of this shape whose ``places_by_channel`` are the rows."""
    return np.moveaxis(rows.reshape(shape[0], *shape[2:], shape[1]), -1, 1)
