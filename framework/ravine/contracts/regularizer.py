"""The contract of a regularizer: a rule that keeps weights small."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import Annotated, ClassVar

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Regularizer",
    "acts",
]


@dataclass(frozen=True)
class Regularizer(Component, ABC):
    """Acts on the weights that decay (not on biases, nor on scale and shift of a normalisation).

    A coupled regularizer adds ``penalty`` to the loss and its derivative to the gradient, before the optimizer
    gets it. A decoupled regularizer has no penalty and shrinks the weights itself. A regularizer works in one
    of these two ways; methods that are not overridden do nothing.

    Weights move towards 0; weights that are 0 stay. There may be no weights at all, n = 0.

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

    def penalty(self, w: Annotated[Array, "n"]) -> float:
        """Return the number that is added to the loss, at least 0; ``w`` must not be changed."""
        return 0.0

    def add_gradient(self, w: Annotated[Array, "n"], g: Annotated[Array, "n"]) -> None:
        """Add the penalty's derivative to ``g`` in place; ``w`` must not be changed."""

    def shrink(self, w: Annotated[Array, "n"], lr: float) -> None:
        """Shrink ``w`` in place; ``lr`` is this update's learning rate, with 0 nothing changes."""


def acts(regularizer: Regularizer) -> bool:
    """Whether a regularizer does anything."""
    cls = type(regularizer)
    return any(
        getattr(cls, name) is not getattr(Regularizer, name) for name in ("penalty", "add_gradient", "shrink")
    )
