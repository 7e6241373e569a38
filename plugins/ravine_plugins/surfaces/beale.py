"""Beale's function."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl

_TERMS = ((1, 1.5), (2, 2.25), (3, 2.625))


@dataclass(frozen=True)
class Beale(Surface):
    r"""Beale: sharp walls at the corners round a flat floor.

    .. math:: f = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2

    The minimum is 0 at (3, 0.5).

    References
    ----------
    Beale 1958, On an iterative method for finding a local minimum of a function of more than one variable.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((3.0, 0.5),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-4.5, 4.5), (-4.5, 4.5))

    start: tuple[float, float] = (1.0, 1.0)

    def value(self, x: Array, y: Array) -> Array:
        return sum((c - x + x * y**k) ** 2 for k, c in _TERMS)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        dx = sum(2 * (c - x + x * y**k) * (y**k - 1) for k, c in _TERMS)
        dy = sum(2 * (c - x + x * y**k) * (k * x * y ** (k - 1)) for k, c in _TERMS)
        return dx, dy


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"beale": Beale}
