"""The contract of an initializer: a random array for a weight."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.rule import Place

__all__ = [
    "Initializer",
    "draw",
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

    if TYPE_CHECKING:
        # Some take the place too.
        sample: ClassVar[Callable[..., Array]]
    else:

        @abstractmethod
        def sample(
            self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
        ) -> Annotated[Array, "*shape"]:
            """Draw one weight array.

            If its signature names ``place``, ``def sample(self, rng, shape, fan_in, fan_out, *, place)``, it
            also gets the weight's ``Place``: name, role, depth, and what its axes are.

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
                A new array at every call, of finite numbers. The engine rounds it to the run's dtype, so that
                runs in float32 and float64 start alike.

            Raises
            ------
            ValueError
                If it draws no weight of such a shape, of one axis for example; the message says which shapes it
                draws. It draws every matrix.
            """

    def settle(
        self, weight: Annotated[Array, "*shape"], outputs: Callable[[], Annotated[Array, "batch *out_shape"]]
    ) -> None:
        """Change a weight after all are drawn, by what its layer returns; by default it stays.

        It is called for the weights of the first layer, then for those of the second, and so on.

        Parameters
        ----------
        weight : array
            The weight, to be changed in place.
        outputs : callable
            Returns the outputs of the weight's layer, as in an evaluation, for a batch of training examples and
            all weights as they are then.
        """


def draw(initializer: Initializer, rng: np.random.Generator, fans: tuple[int, int], place: Place) -> Any:
    """Return what ``sample`` draws for the weight at a place, which it gets if it asks for it."""
    sample: Any = initializer.sample
    asked = {"place": place} if "place" in inspect.signature(sample).parameters else {}
    return sample(rng, place.shape, *fans, **asked)
