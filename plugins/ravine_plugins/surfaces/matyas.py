"""Matyas's function."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Matyas(Surface):
    r"""Matyas: a tilted ravine, 25 times as steep across as along.

    .. math:: f = 0.26 (x^2 + y^2) - 0.48 x y

    The minimum is 0 at (0, 0).

    References
    ----------
    Jamil and Yang 2013, A Literature Survey of Benchmark Functions for Global Optimisation Problems, function
    71.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-10.0, 10.0), (-10.0, 10.0))

    start: tuple[float, float] = (-9.0, -5.0)

    def value(self, x: Array, y: Array) -> Array:
        return 0.26 * (x * x + y * y) - 0.48 * x * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"matyas": Matyas}
