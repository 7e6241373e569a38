"""The contract of an optimizer: one update of flat arrays, in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from ravine.base.names import nearest
from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Optimizer",
    "Sees",
]


Sees: TypeAlias = Literal["block", "array", "all"]
"""Which piece of the parameters one call of ``step`` gets."""


@dataclass(frozen=True)
class Optimizer(Component, ABC):
    """A rule that turns a gradient into a step.

    Parameters
    ----------
    lr : float
        Learning rate η; a subclass gives it a default. It is multiplied by the schedule before ``step`` gets
        it.

    Notes
    -----
    State arrays are declared in the class line: ``class Mine(Optimizer, slots=("v",))``. The engine makes them,
    filled with 0, with one number for each parameter.

    The class line also says which piece of the parameters one call of ``step`` gets, ``sees="array"``:

    ``"block"``
        A part of the flat parameters that fits into the cache; the default. It is for rules that treat every
        coordinate independently. It gives the same bits as one call with all parameters, and is fast.
    ``"array"``
        One array of the network, a weight or a bias, in the shape that its layer declares. It is for rules that
        need rows and columns, or a norm of each array.
    ``"all"``
        All parameters, flat. It is for rules that need a norm of everything.

    Between updates the engine may set numbers of parameters and state that are denormal, below 1.2e-38 in
    float32, to 0: arithmetic with them is slow.

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
            raise TypeError(f"{cls.__name__}: slots = {slots!r}: it must be a tuple of names, ({slots!r},)")
        if sees not in (None, *get_args(Sees)):
            raise TypeError(f"{cls.__name__}: sees = {sees!r} is not one of {', '.join(get_args(Sees))}")
        # A subclass inherits what its class line does not say.
        cls._slots = cls._slots if slots is None else slots
        cls.sees = sees or cls.sees

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the state arrays; override it in a rule whose fields decide which arrays it needs."""
        return self._slots

    @abstractmethod
    def step(
        self,
        theta: Annotated[Array, "*shape"],
        g: Annotated[Array, "*shape"],
        state: Sequence[Annotated[Array, "*shape"]],
        *,
        t: int,
        lr: float,
    ) -> None:
        """Update ``theta`` and ``state`` in place.

        Parameters
        ----------
        theta : (n,) array, or an array in its own shape with ``sees="array"``
            Parameters, to be changed in place (``theta -= …``, never ``theta = …``).
        g : array of that shape
            Gradient; it must not be changed.
        state : sequence of arrays of that shape
            One for each slot, in the order of ``slots``, to be changed in place; 0 before the first update.
        t : int
            Number of this update, from 1.
        lr : float
            Learning rate of this update: ``self.lr`` times the schedule.
        """
