"""Batches: examples in the order in which updates see them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ravine.contracts.dataset import Examples

__all__ = [
    "Batches",
    "Sampling",
]


Sampling = Literal["shuffled", "replacement"]


class Batches:
    """Batches for ever.

    ``shuffled`` goes through all examples in a new order each epoch, the last batch of which may be smaller;
    ``replacement`` draws every batch from all examples, as the book does.

    Parameters
    ----------
    examples : Examples
        What is drawn from.
    batch_size : int
        Examples a batch.
    sampling : "shuffled" or "replacement"
        How.
    rng : numpy.random.Generator
        The run's stream for it.

    Attributes
    ----------
    rest : (n,) array of int
        Numbers of the examples that this epoch still has to show, in order; with the stream, all there is to
        know of the next batches.
    """

    def __init__(
        self, examples: Examples, batch_size: int, sampling: Sampling, rng: np.random.Generator
    ) -> None:
        self._examples, self._batch_size, self._sampling, self._rng = examples, batch_size, sampling, rng
        self.rest = np.arange(0)

    def __next__(self) -> Examples:
        n = len(self._examples)
        if self._sampling == "replacement":
            return self._examples[self._rng.integers(n, size=self._batch_size)]
        if not len(self.rest):
            self.rest = self._rng.permutation(n)
        now, self.rest = self.rest[: self._batch_size], self.rest[self._batch_size :]
        return self._examples[now]
