"""Booth's function."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Booth(Surface):
    r"""Booth: a bowl that is tilted, nine times as steep across as along.

    .. math:: f = (x + 2 y - 7)^2 + (2 x + y - 5)^2

    The minimum is 0 at (1, 3).

    References
    ----------
    Jamil and Yang 2013, A Literature Survey of Benchmark Functions for Global Optimisation Problems, function
    17.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((1.0, 3.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-10.0, 10.0), (-10.0, 10.0))

    start: tuple[float, float] = (-8.0, 8.0)

    def value(self, x: Array, y: Array) -> Array:
        return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        a, b = x + 2 * y - 7, 2 * x + y - 5
        return 2 * a + 4 * b, 4 * a + 2 * b


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"booth": Booth}
