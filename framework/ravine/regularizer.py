"""The contract of a regularizer: what keeps weights small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ravine.component import Array, Component

__all__ = ["Regularizer"]


@dataclass(frozen=True)
class Regularizer(Component):
    """Acts on the weights that decay (not on biases, nor on scale and shift of a normalisation).

    A coupled one adds ``penalty`` to the loss and its derivative to the gradient, before the optimizer sees
    it. A decoupled one has no penalty and shrinks the weights itself. Each method does nothing unless it is
    overridden.
    """

    kind: ClassVar[str] = "regularizer"

    def penalty(self, w: Array) -> float:
        """Return what is added to the loss; ``w`` : (n,) array."""
        return 0.0

    def add_gradient(self, w: Array, g: Array) -> None:
        """Add the penalty's derivative to ``g`` : (n,) array, in place."""

    def shrink(self, w: Array, lr: float) -> None:
        """Shrink ``w`` : (n,) array in place; ``lr`` is the learning rate of this update."""
