"""Easom's function."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Easom(Surface):
    r"""Easom: a narrow hole in a plain that is nearly flat.

    .. math:: f = -\cos x \cos y \; e^{-(x - \pi)^2 - (y - \pi)^2}

    The minimum is -1 at (π, π). The domain is a part of the usual one, from -100 to 100.

    References
    ----------
    Easom 1990, A Survey of Global Optimization Techniques.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((math.pi, math.pi),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((0.0, 6.0), (0.0, 6.0))

    start: tuple[float, float] = (2.0, 4.2)

    def value(self, x: Array, y: Array) -> Array:
        return -np.cos(x) * np.cos(y) * np.exp(-((x - math.pi) ** 2) - (y - math.pi) ** 2)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        bell = np.exp(-((x - math.pi) ** 2) - (y - math.pi) ** 2)
        dx = bell * np.cos(y) * (np.sin(x) + 2 * (x - math.pi) * np.cos(x))
        dy = bell * np.cos(x) * (np.sin(y) + 2 * (y - math.pi) * np.cos(y))
        return dx, dy


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"easom": Easom}
