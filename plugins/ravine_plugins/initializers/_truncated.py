"""Normal numbers that are cut off, for initializers."""

import math

import numpy as np
from ravine import Array


def truncated(rng: np.random.Generator, shape: tuple[int, ...], cut: float) -> Array:
    """Draw standard normal numbers; those outside of ±cut are drawn again."""
    drawn = rng.standard_normal(shape)
    while (outside := np.abs(drawn) > cut).any():
        drawn[outside] = rng.standard_normal(int(outside.sum()))
    return drawn


def truncated_std(cut: float) -> float:
    """Return the standard deviation of such numbers: 0.8796 if they are cut off at 2."""
    density = math.exp(-cut * cut / 2) / math.sqrt(2 * math.pi)
    return math.sqrt(1 - 2 * cut * density / math.erf(cut / math.sqrt(2)))
