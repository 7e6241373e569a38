"""Weights as matrices, for regularizers of rows, columns and singular values."""

import numpy as np
from ravine import Array, Place


def as_matrix(weight: Array, place: Place) -> Array:
    """Return a weight as a matrix from inputs, of all places of a window, to units.

    Where a layer does not say which axis counts the units, it is the last one.
    """
    units = place.axes.index("out") if "out" in place.axes else -1
    moved = np.moveaxis(weight, units, -1)
    return moved.reshape(-1, moved.shape[-1])


def add_matrix(g: Array, matrix: Array, place: Place) -> None:
    """Add to a gradient what has been computed for ``as_matrix`` of its weight."""
    units = place.axes.index("out") if "out" in place.axes else -1
    moved = np.moveaxis(g, units, -1)
    moved += matrix.reshape(moved.shape)
