"""A canyon in a plateau."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Canyon(Surface):
    r"""Canyon: a winding canyon in a plateau, whose floor and rim rise slowly on both sides.

    .. math:: f = 1 - e^{-2 (y - \sin x)^2} + x^2 / 50

    The minimum is 0 at (0, 0). A descent begins on the plateau, where nearly nothing says where the canyon is.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-6.0, 6.0), (-3.0, 3.0))

    start: tuple[float, float] = (-4.5, -0.6)

    def value(self, x: Array, y: Array) -> Array:
        across = y - np.sin(x)
        return 1 - np.exp(-2 * across * across) + x * x / 50

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        across = y - np.sin(x)
        steep = 4 * across * np.exp(-2 * across * across)
        return x / 25 - steep * np.cos(x), steep


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"canyon": Canyon}
