"""Batches: which examples each update has, in order."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from ravine.base.types import Array

__all__ = [
    "USUAL",
    "Batches",
    "Sampling",
]


Sampling = Literal["shuffled", "replacement"]

USUAL = 128
"""Examples in a batch, if no number is given: all of them if there are fewer."""


class Batches:
    """Endless batches.

    ``shuffled`` goes through all examples in a new order each epoch; the last batch of an epoch may be smaller.
    ``replacement`` draws every batch from all examples, as the book does.

    Parameters
    ----------
    examples : int
        How many there are to draw from.
    batch_size : int
        Examples in a batch.
    sampling : "shuffled" or "replacement"
        How batches are drawn.
    rng : numpy.random.Generator
        The run's random stream for batches.

    Attributes
    ----------
    size : int
        Examples in a batch.
    rest : (n,) array of int
        Numbers of the examples that are still to come in this epoch, in order. These and the stream determine
        all further batches.
    """

    def __init__(self, examples: int, batch_size: int, sampling: Sampling, rng: np.random.Generator) -> None:
        self._examples, self.size, self._sampling, self._rng = examples, batch_size, sampling, rng
        self.rest = np.arange(0)

    def __next__(self) -> Annotated[Array, "batch"]:
        """Return the numbers of the next examples."""
        if self._sampling == "replacement":
            return self._rng.integers(self._examples, size=self.size)
        if not len(self.rest):
            self.rest = self._rng.permutation(self._examples)
        now, self.rest = self.rest[: self.size], self.rest[self.size :]
        return now

    def remarks(self) -> list[str]:
        """Return a sentence if batches cannot have the size that was asked for; the usual size is the most."""
        n = self._examples
        if self._sampling == "replacement" or self.size == USUAL or self.size <= n:
            return []
        return [
            f"training.batch_size = {self.size}, and there {'is 1' if n == 1 else f'are {n}'} training "
            f"example{'s' * (n != 1)}: every batch has {'it' if n == 1 else 'all of them'}"
        ]
