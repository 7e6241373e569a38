"""The contract of an initializer: a random array for a weight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ravine.component import Array, Component

__all__ = ["Initializer"]


@dataclass(frozen=True)
class Initializer(Component, ABC):
    """A distribution of initial weights."""

    kind: ClassVar[str] = "initializer"

    @abstractmethod
    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Draw one weight array.

        Parameters
        ----------
        rng : numpy.random.Generator
            The run's stream for initial weights; the only source of chance.
        shape : tuple of int
            Shape of the weight.
        fan_in, fan_out : int
            How many inputs feed one unit, and how many units one input feeds; the layer knows, nothing is
            guessed from the shape.

        Returns
        -------
        array of that shape, in float64
            The engine rounds it to the run's dtype, so that float32 and float64 runs start alike.
        """
