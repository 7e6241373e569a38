"""Surface: its values and its gradient are arrays like the points."""

from __future__ import annotations

from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.surface import Surface
from ravine.engine.promises.values import one_line
from ravine.engine.promises.writing import sparing, to_read

__all__ = ["gradient", "value"]


def value(surface: Surface, x: Array, y: Array) -> Array:
    """Return a surface's values at points, numbers in the shape of ``x``.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("x or y", "value", surface.value, to_read(x), to_read(y))
    if not _are_numbers(given, x):
        raise TypeError(f"value returned {one_line(given)}, not numbers of shape {x.shape}")
    return np.asarray(given)


def gradient(surface: Surface, x: Array, y: Array) -> tuple[Array, Array]:
    """Return both parts of a surface's gradient at points, numbers in the shape of ``x``.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("x or y", "gradient", surface.gradient, to_read(x), to_read(y))
    parts = tuple(given) if isinstance(given, tuple | list | np.ndarray) else ()
    if len(parts) != 2 or not all(_are_numbers(part, x) for part in parts):
        raise TypeError(f"gradient returned {one_line(given)}, not two arrays of shape {x.shape}")
    return parts[0], parts[1]


def _are_numbers(given: Any, like: Array) -> bool:
    return isinstance(given, np.ndarray) and given.shape == like.shape and given.dtype.kind in "fiu"
