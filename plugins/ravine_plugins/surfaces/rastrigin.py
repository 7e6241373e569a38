"""Rastrigin's function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Rastrigin(Surface):
    r"""Rastrigin: a bowl covered with regular dimples.

    .. math:: f = 20 + x^2 - 10 \cos 2 \pi x + y^2 - 10 \cos 2 \pi y

    The minimum is 0 at (0, 0), with a local one near every other point of whole numbers.

    References
    ----------
    Rastrigin 1974, Systems of Extremal Control.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-5.12, 5.12), (-5.12, 5.12))

    start: tuple[float, float] = (3.4, -2.6)

    def value(self, x: Array, y: Array) -> Array:
        return 20 + x * x - 10 * np.cos(2 * np.pi * x) + y * y - 10 * np.cos(2 * np.pi * y)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 2 * x + 20 * np.pi * np.sin(2 * np.pi * x), 2 * y + 20 * np.pi * np.sin(2 * np.pi * y)


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"rastrigin": Rastrigin}
