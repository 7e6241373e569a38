"""The contract of an initializer: a random array for a weight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Initializer",
]


@dataclass(frozen=True)
class Initializer(Component, ABC):
    """A distribution of initial weights.

    All methods take ``fan_in`` and ``fan_out``: how many inputs one unit has, and how many units one input goes
    to. The layer gives these numbers; they are not guessed from a shape.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Initializer
    >>> @dataclass(frozen=True)
    ... class Between(Initializer):
    ...     def std_for(self, fan_in, fan_out):
    ...         return (fan_in * fan_out) ** -0.25
    ...
    ...     def sample(self, rng, shape, fan_in, fan_out):
    ...         return rng.normal(0, self.std_for(fan_in, fan_out), shape)
    >>> weights = Between().sample(np.random.default_rng(0), (100, 400), 100, 400)
    >>> print(round(Between().std_for(100, 400), 3), round(float(weights.std()), 3))
    0.071 0.071
    """

    kind: ClassVar[str] = "initializer"

    @abstractmethod
    def std_for(self, fan_in: int, fan_out: int) -> float:
        """Return the standard deviation that the paper states; 0 if all weights are equal.

        ``sample`` uses this method, so that the formula is written once. Tests compare the two.
        """

    def mean_for(self, fan_in: int, fan_out: int) -> float:
        """Return the mean of the weights; 0 by default."""
        return 0.0

    @abstractmethod
    def sample(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Annotated[Array, "*shape"]:
        """Draw one weight array.

        Parameters
        ----------
        rng : numpy.random.Generator
            The run's random stream for initial weights; the only source of randomness.
        shape : tuple of int
            Shape of the weight, with any number of axes.
        fan_in, fan_out : int
            At least 1.

        Returns
        -------
        array of that shape, in float64
            A new array at every call, of finite numbers. The engine rounds it to the run's dtype, so that runs
            in float32 and float64 start alike.

        Raises
        ------
        ValueError
            If it draws no weight of such a shape, an orthogonal one of one axis for example; the message says
            which shapes it draws. It draws every matrix.
        """
