"""Channels: the first axis of examples."""

import numpy as np
from ravine import Array


def by_channel(x: Array) -> tuple[int, ...]:
    """Return the axes of x, (batch, channels, …): channels, and the others as they follow in memory."""
    if x.ndim == 2:
        return (1, 0)
    return (1, *sorted((0, *range(2, x.ndim)), key=lambda axis: -abs(x.strides[axis])))


def sums_by_channel(x: Array) -> Array:
    """Return the sums of x, (batch, channels, …), over all other axes, (channels,)."""
    # Along rows NumPy adds pairwise, which keeps the digits of float32.
    rows = np.ascontiguousarray(x.transpose(by_channel(x))).reshape(x.shape[1], -1)
    sums: Array = rows.sum(axis=1)
    return sums


def places_by_channel(x: Array, axes: tuple[int, ...]) -> Array:
    """Return x, (batch, channels, …), with a row for each place of each example: (batch · places, channels).

    The axes say in which order the places come: see ``by_channel``. Of images a channel's numbers lie together
    in memory, and of what a convolution returns this is a view.
    """
    columns: Array = x.transpose(axes).reshape(x.shape[1], -1)
    return columns.T if x.ndim == 2 else np.ascontiguousarray(columns).T


def examples_of(rows: Array, shape: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """Return the x of this shape whose ``places_by_channel`` are the rows."""
    back = [axes.index(axis) for axis in range(len(axes))]
    return rows.T.reshape([shape[axis] for axis in axes]).transpose(back)
