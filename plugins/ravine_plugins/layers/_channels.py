"""Channels: the first axis of examples."""

import numpy as np
from ravine import Array


def sums_by_channel(x: Array) -> Array:
    """Return the sums of x, (batch, channels, …), over all other axes, (channels,)."""
    # Along rows NumPy adds pairwise, which keeps the digits of float32.
    rows = np.ascontiguousarray(np.moveaxis(x, 0, -1)).reshape(x.shape[1], -1)
    sums: Array = rows.sum(axis=1)
    return sums


def places_by_channel(x: Array) -> Array:
    """Return x, (batch, channels, …), with a row for each place of each example: (places · batch, channels).

    In memory a channel's numbers lie together, and of what a convolution returns it is a view.
    """
    columns: Array = np.moveaxis(x, 0, -1).reshape(x.shape[1], -1)
    return columns.T


def examples_of(rows: Array, shape: tuple[int, ...]) -> Array:
    """Return the x of this shape whose ``places_by_channel`` are the rows."""
    return np.moveaxis(rows.T.reshape(*shape[1:], shape[0]), -1, 0)
