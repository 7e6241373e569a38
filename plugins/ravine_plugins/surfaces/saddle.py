"""The saddle."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Saddle(Surface):
    r"""Saddle: down along y, up along x; flat, but no minimum, at the origin.

    .. math:: f = x^2 - y^2

    There is no minimum: f falls without end along y. The start is a hair off the ridge.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ()
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-3.0, 3.0), (-3.0, 3.0))

    start: tuple[float, float] = (2.0, 0.001)

    def value(self, x: Array, y: Array) -> Array:
        return x * x - y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 2 * x, -2 * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"saddle": Saddle}
