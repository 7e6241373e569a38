"""The contract of a surface: a function of two variables to descend on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Surface",
]


@dataclass(frozen=True)
class Surface(Component, ABC):
    """A function f(x, y) with its gradient, written for arrays of points.

    Many descents run side by side in one array, so every point is treated independently. Results have the dtype
    of the arrays; ``x`` and ``y`` must not be changed.

    Parameters
    ----------
    start : pair of float
        The point where a descent begins. It lies in the domain, and the gradient there is not 0. A subclass
        gives it a default, from which a descent shows what is typical of the surface.

    Attributes
    ----------
    minima : tuple of points
        The global minima in the domain, if they are known; empty if there are none.
    domain : ((x_min, x_max), (y_min, y_max))
        The part that figures draw; f and its gradient are finite there.

    Examples
    --------
    A valley that is parallel to no axis:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Surface
    >>> @dataclass(frozen=True)
    ... class Tilted(Surface):
    ...     minima = ((0.0, 0.0),)
    ...     domain = ((-6.0, 6.0), (-6.0, 6.0))
    ...     start: tuple[float, float] = (-5.0, 2.0)
    ...
    ...     def value(self, x, y):
    ...         return (x + y) ** 2 + (x - y) ** 2 / 20
    ...
    ...     def gradient(self, x, y):
    ...         return 2 * (x + y) + (x - y) / 10, 2 * (x + y) - (x - y) / 10
    >>> x, y = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    >>> print(Tilted().value(x, y), *Tilted().gradient(x, y))
    [0. 4.] [0. 4.] [0. 4.]
    """

    kind: ClassVar[str] = "surface"
    minima: ClassVar[tuple[tuple[float, float], ...]] = ()
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]]

    start: tuple[float, float]

    def __post_init__(self) -> None:
        self.require(start="(-inf, inf)")

    @abstractmethod
    def value(
        self, x: Annotated[Array, "*points"], y: Annotated[Array, "*points"]
    ) -> Annotated[Array, "*points"]:
        """Return f at points; ``x``, ``y`` and the result are arrays of the same shape, which may be any."""

    @abstractmethod
    def gradient(
        self, x: Annotated[Array, "*points"], y: Annotated[Array, "*points"]
    ) -> tuple[Annotated[Array, "*points"], Annotated[Array, "*points"]]:
        """Return ∂f/∂x and ∂f/∂y at points, two arrays with the shape of ``x``; at a kink 0 is accepted."""
