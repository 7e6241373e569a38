"""The camel with three humps."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class ThreeHumpCamel(Surface):
    r"""Three-hump camel: three wells in a row, of which the middle one is deepest.

    .. math:: f = 2 x^2 - 1.05 x^4 + x^6 / 6 + x y + y^2

    The minimum is 0 at (0, 0). The others are 0.298638 at ±(1.747552, -0.873776). The domain is the middle of
    the usual one, from -5 to 5.

    References
    ----------
    Jamil and Yang 2013, A Literature Survey of Benchmark Functions for Global Optimisation Problems, function
    29.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-2.5, 2.5), (-2.5, 2.5))

    start: tuple[float, float] = (-2.1, 1.8)

    def value(self, x: Array, y: Array) -> Array:
        return 2 * x * x - 1.05 * x**4 + x**6 / 6 + x * y + y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 4 * x - 4.2 * x**3 + x**5 + y, x + 2 * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"three_hump_camel": ThreeHumpCamel}
