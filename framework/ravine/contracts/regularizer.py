"""The contract of a regularizer: what keeps weights small."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Regularizer",
]


@dataclass(frozen=True)
class Regularizer(Component, ABC):
    """Acts on the weights that decay (not on biases, nor on scale and shift of a normalisation).

    A coupled one adds ``penalty`` to the loss and its derivative to the gradient, before the optimizer sees
    it. A decoupled one has no penalty and shrinks the weights itself. Each method does nothing unless it is
    overridden, and a regularizer works in one of the two ways.

    Weights are drawn towards 0; those that are 0 stay. There may be none, n = 0.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Regularizer
    >>> @dataclass(frozen=True)
    ... class Quartic(Regularizer):
    ...     strength: float = 0.1
    ...
    ...     def penalty(self, w):
    ...         return self.strength / 4 * float((w**4).sum())
    ...
    ...     def add_gradient(self, w, g):
    ...         g += self.strength * w**3
    >>> w, g = np.array([1.0, -2.0]), np.array([0.5, 0.5])
    >>> Quartic().add_gradient(w, g)
    >>> print(round(Quartic().penalty(w), 6), g.round(6))
    0.425 [ 0.6 -0.3]
    """

    kind: ClassVar[str] = "regularizer"

    def penalty(self, w: Array) -> float:
        """Return what is added to the loss, at least 0; ``w`` : (n,) array, never written."""
        return 0.0

    def add_gradient(self, w: Array, g: Array) -> None:
        """Add the penalty's derivative to ``g`` : (n,) array, in place; ``w`` is never written."""

    def shrink(self, w: Array, lr: float) -> None:
        """Shrink ``w`` : (n,) array in place; ``lr`` is the learning rate of this update, 0 moves nothing."""
