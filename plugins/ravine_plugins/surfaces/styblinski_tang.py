"""The function of Styblinski and Tang."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class StyblinskiTang(Surface):
    r"""Styblinski-Tang: four wells, of which one is deepest.

    .. math:: f = \tfrac{1}{2} (x^4 - 16 x^2 + 5 x + y^4 - 16 y^2 + 5 y)

    The minimum is -78.332331 at (-2.903534, -2.903534), where both coordinates are the least root of
    :math:`4 x^3 - 32 x + 5`.

    References
    ----------
    Styblinski and Tang 1990, Experiments in Nonconvex Optimization: Stochastic Approximation with Function
    Smoothing and Simulated Annealing.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((-2.903534027771177, -2.903534027771177),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-5.0, 5.0), (-5.0, 5.0))

    start: tuple[float, float] = (0.5, 4.5)

    def value(self, x: Array, y: Array) -> Array:
        return (_well(x) + _well(y)) / 2

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return _slope(x), _slope(y)


def _well(x: Array) -> Array:
    return x**4 - 16 * x * x + 5 * x


def _slope(x: Array) -> Array:
    return 2 * x**3 - 16 * x + 2.5


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"styblinski_tang": StyblinskiTang}
