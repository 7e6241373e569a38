"""Two wells of one depth."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class TwinWells(Surface):
    r"""Twin wells: two minima of one depth, with a saddle between them where a descent can stall.

    .. math:: f = x^2 + (y^2 - 1)^2

    The minima are 0 at (0, -1) and (0, 1), the saddle is 1 at the origin. The start is a hair off the ridge.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, -1.0), (0.0, 1.0))
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-1.5, 1.5), (-1.5, 1.5))

    start: tuple[float, float] = (0.5, 0.001)

    def value(self, x: Array, y: Array) -> Array:
        return x * x + (y * y - 1) ** 2

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 2 * x, 4 * y * (y * y - 1)


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"twin_wells": TwinWells}
