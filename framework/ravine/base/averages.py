"""Averages: means and medians of finite numbers, which are finite, even if the numbers' sum is not."""

from __future__ import annotations

import numpy as np

from ravine.base.types import Array

__all__ = ["mean", "median", "restored", "scaled"]


_LARGEST = float(np.finfo(float).max)


def scaled(values: Array) -> tuple[Array, int]:
    """Return values divided by a power of 2, so that none is larger than 1, and that power's exponent.

    No number loses a digit, so what is calculated with them is the same to the bit, only smaller.
    """
    values = np.asarray(values, float)
    exponent = int(np.frexp(np.abs(values).max(initial=0.0))[1])
    return np.ldexp(values, -exponent), exponent


def mean(values: Array) -> float:
    """Return the mean of one or more finite numbers."""
    small, exponent = scaled(values)
    return float(restored(small.mean(), exponent))


def median(values: Array) -> float:
    """Return the median of one or more finite numbers."""
    small, exponent = scaled(values)
    return float(restored(np.median(small), exponent))


def restored(averages: Array, exponent: int) -> Array:
    """Return averages of scaled numbers as those of the numbers themselves."""
    with np.errstate(over="ignore"):
        numbers: Array = np.ldexp(averages, exponent)
    # Rounding may have lifted one above the largest of its numbers.
    return np.clip(numbers, -_LARGEST, _LARGEST)
