"""The contract of an optimizer: one update of flat arrays, in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, get_args

from ravine.base.names import nearest
from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Optimizer",
    "Sees",
]


Sees: TypeAlias = Literal["block", "array", "all"]
"""What an optimizer is shown at a time."""


@dataclass(frozen=True)
class Optimizer(Component, ABC):
    """A rule that turns a gradient into a step.

    Parameters
    ----------
    lr : float
        Learning rate η; a subclass gives it a default. A schedule multiplies it before ``step`` sees it.

    Notes
    -----
    State arrays are declared in the class line and allocated by the engine, filled with 0, each as long as the
    parameters: ``class Mine(Optimizer, slots=("v",))``.

    What one call of ``step`` gets is said there too, ``sees="array"``:

    ``"block"``
        A stretch of the flat parameters that fits the cache; the default. For a rule that treats every
        coordinate alone, which is bit-identical to one call over all of them, and fast.
    ``"array"``
        One array of the network in its own shape, a weight or a bias, as its layer declares it. For a rule that
        needs rows and columns, or a norm of each.
    ``"all"``
        All parameters, flat. For a rule that needs a norm of everything.

    Examples
    --------
    A ball that keeps a part of its velocity:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Optimizer
    >>> @dataclass(frozen=True)
    ... class Ball(Optimizer, slots=("v",)):
    ...     lr: float = 0.1
    ...     inertia: float = 0.5
    ...
    ...     def step(self, theta, g, state, *, t, lr):
    ...         (v,) = state
    ...         v *= self.inertia
    ...         v -= lr * g
    ...         theta += v
    >>> theta, g, v = np.array([1.0, -2.0]), np.array([3.0, -0.5]), np.zeros(2)
    >>> for t in (1, 2):
    ...     Ball().step(theta, g, [v], t=t, lr=0.1)
    >>> print(theta.round(6))
    [ 0.25  -1.875]
    """

    kind: ClassVar[str] = "optimizer"
    _slots: ClassVar[tuple[str, ...]] = ()
    sees: ClassVar[Sees] = "block"

    lr: float

    def __init_subclass__(
        cls, *, slots: tuple[str, ...] | None = None, sees: Sees | None = None, **kwargs: Any
    ) -> None:
        for word in kwargs:
            raise TypeError(f"{cls.__name__}: its class line has {word}={nearest(word, ('slots', 'sees'))}")
        super().__init_subclass__()
        if isinstance(slots, str):
            raise TypeError(f"{cls.__name__}: slots = {slots!r}: it is a tuple of names, ({slots!r},)")
        if sees not in (None, *get_args(Sees)):
            raise TypeError(f"{cls.__name__}: sees = {sees!r} is not one of {', '.join(get_args(Sees))}")
        cls._slots = cls._slots if slots is None else slots  # a subclass keeps what it does not say
        cls.sees = sees or cls.sees

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the state arrays; a rule overrides it where its fields decide which it needs."""
        return self._slots

    @abstractmethod
    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        """Update ``theta`` and ``state`` in place.

        Parameters
        ----------
        theta : (n,) array, or a weight's own shape where the rule sees arrays
            Parameters, written in place (``theta -= …``, never ``theta = …``).
        g : array of that shape
            Gradient, read only.
        state : sequence of arrays of that shape
            One per slot, in the order of ``slots``, written in place; 0 before the first update.
        t : int
            Number of this update, from 1.
        lr : float
            Learning rate of this update: ``self.lr`` times the schedule.
        """
