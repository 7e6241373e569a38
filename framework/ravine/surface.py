"""The contract of a surface: a function of two variables to descend on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ravine.component import Array, Component

__all__ = ["Surface"]


@dataclass(frozen=True)
class Surface(Component, ABC):
    """A function f(x, y) with its gradient, written for arrays of points.

    Parameters
    ----------
    start : pair of float
        Where a descent begins; a subclass gives it a default that shows what is typical of the surface.

    Attributes
    ----------
    minima : tuple of points
        The global minima, where they are known; empty where there is none.
    domain : ((x_min, x_max), (y_min, y_max))
        The part that is worth drawing.
    """

    kind: ClassVar[str] = "surface"
    minima: ClassVar[tuple[tuple[float, float], ...]] = ()
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]]

    start: tuple[float, float]

    @abstractmethod
    def value(self, x: Array, y: Array) -> Array:
        """Return f at points; ``x``, ``y`` and the result have one shape."""

    @abstractmethod
    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return ∂f/∂x and ∂f/∂y at points, each of the shape of ``x``."""
