"""The round bowl."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Sphere(Surface):
    r"""Sphere: a round bowl, on which every gradient points to the minimum.

    .. math:: f = x^2 + y^2

    The minimum is 0 at (0, 0).
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-10.0, 10.0), (-10.0, 10.0))

    start: tuple[float, float] = (9.0, 9.0)

    def value(self, x: Array, y: Array) -> Array:
        return x * x + y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 2 * x, 2 * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"sphere": Sphere}
