"""Values: what a component has returned, as a number or an array, and as a message shows it."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from ravine.base.types import Array

__all__ = ["as_array", "is_number", "one_line"]


def is_number(given: Any) -> bool:
    """Whether a value is one number, of Python or NumPy, and not true or false."""
    if isinstance(given, bool):
        return False
    return isinstance(given, Real) or (np.shape(given) == () and np.asarray(given).dtype.kind in "fiu")


def as_array(name: str, item: Any) -> Array:
    """Return an array of numbers; lists of one shape count as such."""
    try:
        array = np.asarray(item)
    # Rows of different lengths.
    except ValueError:
        raise TypeError(f"{name} is a {type(item).__name__}, not an array of numbers") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} is an array of type {array.dtype}, not of numbers")
    return array


def one_line(given: Any) -> str:
    """Return a value as one short line."""
    return f"{' '.join(repr(given).split()):.80}"
