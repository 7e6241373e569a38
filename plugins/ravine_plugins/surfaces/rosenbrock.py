"""Rosenbrock's banana."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Rosenbrock(Surface):
    r"""Rosenbrock: a curved valley, easy to find and slow to follow.

    .. math:: f = (1 - x)^2 + 100 (y - x^2)^2

    The minimum is 0 at (1, 1).

    References
    ----------
    Rosenbrock 1960, An automatic method for finding the greatest or least value of a function.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((1.0, 1.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-2.0, 2.0), (-1.0, 3.0))

    start: tuple[float, float] = (-1.2, 1.0)

    def value(self, x: Array, y: Array) -> Array:
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        across = y - x * x
        return -2 * (1 - x) - 400 * x * across, 200 * across


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"rosenbrock": Rosenbrock}
