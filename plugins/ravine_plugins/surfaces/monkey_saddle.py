"""The saddle for a monkey."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class MonkeySaddle(Surface):
    r"""Monkey saddle: three ways down from a point that is flat to second order.

    .. math:: f = x^3 - 3 x y^2

    There is no minimum: f falls without end in three directions. The start is a hair off the ridge, on which a
    descent becomes ever slower.

    References
    ----------
    Hilbert and Cohn-Vossen 1932, Anschauliche Geometrie.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ()
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-2.0, 2.0), (-2.0, 2.0))

    start: tuple[float, float] = (1.5, 0.001)

    def value(self, x: Array, y: Array) -> Array:
        return x**3 - 3 * x * y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 3 * x * x - 3 * y * y, -6 * x * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"monkey_saddle": MonkeySaddle}
