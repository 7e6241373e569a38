"""Denormals: numbers so small that they have fewer digits, at which many processors are much slower.

A number that fades, 0.9 of it in each step, never reaches 0: by rounding it stays at a few times the smallest
number of all. Processors can be told to take such numbers as 0, but only by each thread for itself, and NumPy
does not offer it. Setting them to 0 here gives the same bits everywhere.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ravine.base.types import Array

__all__ = ["EVERY", "flush"]


EVERY = 16
"""Updates after which numbers are flushed: seldom, so that it costs little, and soon after they have faded."""


def flush(array: Annotated[Array, "*shape"]) -> None:
    """Set the numbers of an array that are denormal to 0."""
    # A product with False or True is three times as fast as an assignment by a mask.
    array *= ~(abs(array) < np.finfo(array.dtype).tiny)
