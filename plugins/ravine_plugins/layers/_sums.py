"""Sums over a batch."""

import numpy as np
from ravine import Array

# Float32 keeps six digits in a sum of so many numbers, one after the other, and three in one of 60,000.
_BLOCK = 128


def over_batch(x: Array, out: Array) -> None:
    """Write the sums over the batch of x, (batch, units), into out, (units,); long ones are sums of sums."""
    while len(x) > _BLOCK:
        x = np.array([x[at : at + _BLOCK].sum(axis=0) for at in range(0, len(x), _BLOCK)])
    x.sum(axis=0, out=out)
