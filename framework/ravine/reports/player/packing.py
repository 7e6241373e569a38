"""Packing: arrays of numbers as a short text, which the page unpacks.

Each number keeps 16 digits of its fraction, as a float32 without its last 7 bits: an error of at most 1 in
131,000. Neighbours in a column are alike, so differences are stored; the bytes of all differences stand in
planes, the highest first, and are deflated.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field

import numpy as np

from ravine.base.types import Array

__all__ = ["Packer", "deflated"]

# Bits of a float32 that are dropped.
_DROPPED = 7


@dataclass
class Packer:
    """Gathers arrays for one page."""

    _parts: list[Array] = field(default_factory=list)
    _at: int = 0
    _places: dict[bytes, list[int]] = field(default_factory=dict)

    def add(self, array: Array) -> list[int]:
        """Take an array in, and return where it is: first number, rows, columns; an equal array has one place.

        A number beyond the range of float32 becomes the largest one.
        """
        most = np.finfo(np.float32).max
        wide = np.asarray(array, dtype=np.float64)
        values = np.where(np.isfinite(wide), np.clip(wide, -most, most), wide).astype(np.float32)
        values = values.reshape(len(values), -1) if values.size else values.reshape(0, 0)
        key = repr(values.shape).encode() + values.tobytes()
        if key not in self._places:
            flat = _differences(values)
            self._places[key] = [self._at, *values.shape]
            self._parts.append(flat)
            self._at += flat.size
        return self._places[key]

    def text(self) -> str:
        """Return all arrays as a text in base 64."""
        numbers = np.concatenate([np.empty(0, np.uint32), *self._parts])
        # Small differences of both signs get small numbers.
        planes = numbers.astype(">u4").view(np.uint8).reshape(-1, 4).T
        return deflated(planes.tobytes())


def deflated(content: bytes) -> str:
    """Return bytes deflated, in base 64."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def _differences(table: Array) -> Array:
    """Return the rounded bits of a table's numbers, each less the one above it, column after column."""
    bits = table.view(np.uint32).astype(np.int64)
    # Rounding up the largest numbers would make them infinite.
    room = np.abs(table) < np.finfo(np.float32).max / 2
    rounded = np.where(room, bits + (1 << (_DROPPED - 1)), bits) >> _DROPPED
    # In this order the whole numbers grow as the floats do.
    sign = 1 << (31 - _DROPPED)
    ordered = np.where(rounded & sign, -(rounded & (sign - 1)), rounded)
    steps = np.diff(ordered, axis=0, prepend=0).T.ravel()
    return np.where(steps < 0, -2 * steps - 1, 2 * steps).astype(np.uint32)
