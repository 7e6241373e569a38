"""Trial: on which numbers a loop is tried, and whether it gives the same bits."""

from __future__ import annotations

import numpy as np

from ravine.base.types import Array

__all__ = ["differ", "difficult"]

_SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-45, -1e-40, 1.2e-38, 3.4e38, -3.4e38)


def differ(a: Array, b: Array) -> bool:
    """Whether arrays differ in a bit, but for the bits of a NaN."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return True
    bits = np.uint32 if a.itemsize == 4 else np.uint64
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    return bool(((a.view(bits) != b.view(bits)) & ~(np.isnan(a) & np.isnan(b))).any())


def difficult(like: Array, seed: int) -> Array:
    """Return numbers of all sizes and both signs, and special ones, in the form of an array."""
    rng = np.random.default_rng(seed)
    sizes = np.where(rng.random(like.shape) < 0.5, 1, 10.0 ** rng.uniform(-12, 12, like.shape))
    numbers = rng.normal(size=like.shape) * sizes
    special = rng.choice(_SPECIAL, like.shape)
    return np.where(rng.random(like.shape) < 0.3, special, numbers).astype(like.dtype)
