"""Levy's function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Levy(Surface):
    r"""Levy: waves along x that become higher away from the minimum, and fine ripples along y.

    .. math:: f = \sin^2 \pi u + (u - 1)^2 (1 + 10 \sin^2(\pi u + 1)) + (v - 1)^2 (1 + \sin^2 2 \pi v), \qquad
              u = 1 + (x - 1) / 4, \; v = 1 + (y - 1) / 4

    The minimum is 0 at (1, 1).

    References
    ----------
    Levy and Montalvo 1985, The Tunneling Algorithm for the Global Minimization of Functions; in the form of
    Laguna and Martí 2005, Experimental Testing of Advanced Scatter Search Designs for Global Optimization of
    Multimodal Functions.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((1.0, 1.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-10.0, 10.0), (-10.0, 10.0))

    start: tuple[float, float] = (-8.0, 7.0)

    def value(self, x: Array, y: Array) -> Array:
        u, v = (x + 3) / 4, (y + 3) / 4
        across = (v - 1) ** 2 * (1 + np.sin(2 * np.pi * v) ** 2)
        return np.sin(np.pi * u) ** 2 + (u - 1) ** 2 * (1 + 10 * np.sin(np.pi * u + 1) ** 2) + across

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        u, v = (x + 3) / 4, (y + 3) / 4
        wave, ripple = 1 + 10 * np.sin(np.pi * u + 1) ** 2, 1 + np.sin(2 * np.pi * v) ** 2
        du = np.pi * np.sin(2 * np.pi * u) + 2 * (u - 1) * wave
        du += 10 * np.pi * (u - 1) ** 2 * np.sin(2 * np.pi * u + 2)
        dv = 2 * (v - 1) * ripple + 2 * np.pi * (v - 1) ** 2 * np.sin(4 * np.pi * v)
        return du / 4, dv / 4


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"levy": Levy}
