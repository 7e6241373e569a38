"""What is trained: the network, the batch and the learning rate that everybody gets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

UNITS = (784, 100, 100, 100, 100, 10)
LAYERS = tuple(itertools.pairwise(UNITS))  # inputs and outputs of each
BATCH = 128
SCALE = 1 / 255  # of a byte
LR = 1e-9  # so small that the weights stay He's: step 1,000 is the same work as step 1


@dataclass(frozen=True)
class Digits:
    """The digits of which batches are drawn.

    Parameters
    ----------
    images : (n, 784) array of bytes
        The images.
    labels : (n,) array
        Their classes.
    """

    images: np.ndarray
    labels: np.ndarray

    def batches(self, size: int) -> Iterator[np.ndarray]:
        """Yield the numbers of the digits of a batch, each digit once an epoch."""
        rng = np.random.default_rng(0)
        while True:
            order = rng.permutation(len(self.images))
            for first in range(0, len(order) - size + 1, size):
                yield order[first : first + size]
