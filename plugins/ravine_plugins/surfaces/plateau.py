"""A pit in a plain."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Plateau(Surface):
    r"""Plateau: a pit in a wide plain, where the gradient all but vanishes.

    .. math:: f = 1 - e^{-(x^2 + y^2) / 2}

    The minimum is 0 at (0, 0). At the start the gradient is 0.007 long.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-4.0, 4.0), (-4.0, 4.0))

    start: tuple[float, float] = (2.5, 2.5)

    def value(self, x: Array, y: Array) -> Array:
        return 1 - np.exp(-(x * x + y * y) / 2)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        bell = np.exp(-(x * x + y * y) / 2)
        return x * bell, y * bell


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"plateau": Plateau}
