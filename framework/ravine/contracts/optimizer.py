"""The contract of an optimizer: one update of the parameters, in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from ravine.base.types import Array
from ravine.contracts.rule import Rule

__all__ = [
    "Optimizer",
]


@dataclass(frozen=True)
class Optimizer(Rule, ABC):
    """A rule that turns a gradient into a step; see ``Rule`` for slots, pieces, and what ``step`` can ask for.

    Parameters
    ----------
    lr : float
        Learning rate η; a subclass gives it a default. It is multiplied by the schedule before ``step`` gets
        it.

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

    lr: float

    if TYPE_CHECKING:
        # What a rule asks for differs from rule to rule.
        step: ClassVar[Callable[..., None]]
    else:

        @abstractmethod
        def step(
            self,
            theta: Annotated[Array, "*shape"],
            g: Annotated[Array, "*shape"],
            state: Sequence[Array],
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
            state : sequence of arrays
                One for each slot, in the order of ``slots``, to be changed in place; 0 before the first update,
                and of the shape of ``theta``, if ``start`` does not say otherwise.
            t : int
                Number of this update, from 1.
            lr : float
                Learning rate of this update: ``self.lr`` times the schedule, and with ``"block"`` and
                ``"array"`` times the factor that ``training.groups`` gives the array.
            """
