"""McCormick's function."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class McCormick(Surface):
    r"""McCormick: a tilted trough with a wave along its floor.

    .. math:: f = \sin(x + y) + (x - y)^2 - 1.5 x + 2.5 y + 1

    The minimum is -1.913223 at (1/2 - π/3, -1/2 - π/3).

    References
    ----------
    McCormick 1976, Computability of Global Solutions to Factorable Nonconvex Programs: Part I.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.5 - math.pi / 3, -0.5 - math.pi / 3),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-1.5, 4.0), (-3.0, 4.0))

    start: tuple[float, float] = (3.5, 3.5)

    def value(self, x: Array, y: Array) -> Array:
        return np.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        wave, across = np.cos(x + y), 2 * (x - y)
        return wave + across - 1.5, wave - across + 2.5


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"mccormick": McCormick}
