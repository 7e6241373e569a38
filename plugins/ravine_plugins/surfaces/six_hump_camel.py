"""The camel with six humps."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class SixHumpCamel(Surface):
    r"""Six-hump camel: six wells, of which two are deepest.

    .. math:: f = (4 - 2.1 x^2 + x^4 / 3) x^2 + x y + (4 y^2 - 4) y^2

    The minima are -1.031628 at ±(0.089842, -0.712656), where Newton's method with 40 digits finds the gradient
    0.

    References
    ----------
    Dixon and Szegő 1978, The Global Optimization Problem: An Introduction.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = (
        (0.08984201310031806, -0.7126564030207396),
        (-0.08984201310031806, 0.7126564030207396),
    )
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-2.0, 2.0), (-1.2, 1.2))

    start: tuple[float, float] = (1.9, 1.0)

    def value(self, x: Array, y: Array) -> Array:
        return (4 - 2.1 * x * x + x**4 / 3) * x * x + x * y + (4 * y * y - 4) * y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 8 * x - 8.4 * x**3 + 2 * x**5 + y, x + 16 * y**3 - 8 * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"six_hump_camel": SixHumpCamel}
