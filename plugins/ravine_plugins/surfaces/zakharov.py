"""Zakharov's function."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Zakharov(Surface):
    r"""Zakharov: a curved plate that becomes very steep away from its floor.

    .. math:: s = (x + 2 y) / 2, \qquad f = x^2 + y^2 + s^2 + s^4

    The minimum is 0 at (0, 0).

    References
    ----------
    Jamil and Yang 2013, A Literature Survey of Benchmark Functions for Global Optimisation Problems, function
    173.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-5.0, 10.0), (-5.0, 10.0))

    start: tuple[float, float] = (-4.0, 9.0)

    def value(self, x: Array, y: Array) -> Array:
        s = (x + 2 * y) / 2
        return x * x + y * y + s * s + s**4

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        s = (x + 2 * y) / 2
        steep = 2 * s + 4 * s**3
        return 2 * x + steep / 2, 2 * y + steep


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"zakharov": Zakharov}
