"""The contract of a regularizer: a rule that keeps weights small, or in shape."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from ravine.base.names import nearest
from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.rule import asks

__all__ = [
    "Regularizer",
    "acts",
]

_Sees: TypeAlias = Literal["all", "array"]


@dataclass(frozen=True)
class Regularizer(Component, ABC):
    """Acts on the weights that decay (not on biases, nor on scale and shift of a normalisation).

    A coupled regularizer adds ``penalty`` to the loss and its derivative to the gradient, before the optimizer
    gets it. A decoupled regularizer has no penalty and shrinks the weights itself. A regularizer works in one
    of these two ways; methods that are not overridden do nothing.

    It gets weights of all arrays, flat: they move towards 0, and there may be none at all, n = 0. If its class
    line has ``sees="array"``, each call gets one array in its own shape, and the penalties add up. That is for
    rules of rows, columns or singular values. Such a method gets the array's ``Place`` if its signature names
    it, ``def penalty(self, w, *, place)``. In both cases weights that are 0 stay.

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
    sees: ClassVar[_Sees] = "all"

    def __init_subclass__(cls, *, sees: _Sees | None = None, **kwargs: Any) -> None:
        for word in kwargs:
            raise TypeError(f"{cls.__name__}: its class line has {word}={nearest(word, ('sees',))}")
        super().__init_subclass__()
        if sees not in (None, *get_args(_Sees)):
            raise TypeError(f"{cls.__name__}: sees = {sees!r} is not one of {', '.join(get_args(_Sees))}")
        # A class that says nothing inherits, and its runs keep the names that they had before there was this.
        if sees:
            cls.sees = sees
        for method in ("penalty", "add_gradient", "shrink"):
            for word in asks(cls, method):
                if (word, cls.sees) != ("place", "array"):
                    raise TypeError(
                        f"{cls.__name__}: {method} asks for {word}; it can ask for place, with sees='array'"
                    )

    if TYPE_CHECKING:
        # Some take the place too.
        penalty: ClassVar[Callable[..., float]]
        add_gradient: ClassVar[Callable[..., None]]
        shrink: ClassVar[Callable[..., None]]
    else:

        def penalty(self, w: Annotated[Array, "*shape"]) -> float:
            """Return the number that is added to the loss, at least 0; ``w`` must not be changed."""
            return 0.0

        def add_gradient(self, w: Annotated[Array, "*shape"], g: Annotated[Array, "*shape"]) -> None:
            """Add the penalty's derivative to ``g`` in place; ``w`` must not be changed."""

        def shrink(self, w: Annotated[Array, "*shape"], lr: float) -> None:
            """Shrink ``w`` in place; ``lr`` is this update's learning rate, with 0 nothing changes."""


def acts(regularizer: Regularizer) -> bool:
    """Whether a regularizer does anything."""
    cls = type(regularizer)
    return any(
        getattr(cls, name) is not getattr(Regularizer, name) for name in ("penalty", "add_gradient", "shrink")
    )
