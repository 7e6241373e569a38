"""Augmenter: the augmentations of a run in their order, and whether they fit its examples and its loss."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Annotated

import numpy as np

from ravine.base.errors import of
from ravine.base.types import Array
from ravine.contracts.augmentation import Augmentation, Targets
from ravine.contracts.loss import Loss
from ravine.engine.promises.augmentation import augmented

__all__ = ["Augmenter"]


class Augmenter:
    """Changes batches on their way to training.

    Parameters
    ----------
    augmentations : dict of str to Augmentation
        By name, in their order.
    n_out : int
        Number of outputs.
    rng : numpy.random.Generator
        The run's random stream for augmentations.
    words : int or None
        How many whole numbers there are for an input; None if inputs are any numbers.
    """

    def __init__(
        self, augmentations: Mapping[str, Augmentation], n_out: int, rng: np.random.Generator, words: int | None
    ) -> None:
        self.augmentations = dict(augmentations)
        self._n_out, self._rng, self._words = n_out, rng, words

    def __call__(
        self, x: Annotated[Array, "batch *in_shape"], target: Targets
    ) -> tuple[Annotated[Array, "batch *in_shape"], Targets]:
        """Return a batch as a network learns from it."""
        return self._changed(x, target, self._rng)

    def try_on(self, x: Annotated[Array, "batch *in_shape"], target: Targets, loss: Loss) -> None:
        """Try a batch, with chance of its own.

        Raises
        ------
        ValueError
            If an augmentation cannot change such examples, or the loss cannot use the targets that are made.
        """
        _, made = self._changed(x, target, np.random.default_rng(0), self._of_words)
        if self.augmentations:
            with of("augment: the targets that are made do not fit the loss"):
                loss.check_targets(made, self._n_out)

    def _changed(
        self,
        x: Array,
        target: Array,
        rng: np.random.Generator,
        block: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> tuple[Array, Array]:
        are_classes = target.ndim == 1
        for name, augmentation in self.augmentations.items():
            with of(f"augment: {name}"), block():
                x, target = augmented(
                    augmentation, x, target, self._n_out, rng, are_classes=are_classes, words=self._words
                )
        return x, target

    @contextlib.contextmanager
    def _of_words(self) -> Iterator[None]:
        """Let an error say that inputs are whole numbers, which most augmentations cannot change."""
        try:
            yield
        except TypeError as error:
            if self._words is None:
                raise
            raise ValueError(
                f"it does not give what the network takes, whole numbers from 0 to {self._words - 1}: {error}"
            ) from error
