"""Griewank's function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl

_ROOT = 2**0.5


@dataclass(frozen=True)
class Griewank(Surface):
    r"""Griewank: a wide flat bowl under waves of equal height.

    .. math:: f = 1 + (x^2 + y^2) / 4000 - \cos x \cos(y / \sqrt{2})

    The minimum is 0 at (0, 0). The domain is the middle of the usual one, from -600 to 600.

    References
    ----------
    Griewank 1981, Generalized Descent for Global Optimization.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-12.0, 12.0), (-12.0, 12.0))

    start: tuple[float, float] = (-8.5, 6.0)

    def value(self, x: Array, y: Array) -> Array:
        return 1 + (x * x + y * y) / 4000 - np.cos(x) * np.cos(y / _ROOT)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        dx = x / 2000 + np.sin(x) * np.cos(y / _ROOT)
        return dx, y / 2000 + np.cos(x) * np.sin(y / _ROOT) / _ROOT


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"griewank": Griewank}
