"""Michalewicz's function."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Michalewicz(Surface):
    r"""Michalewicz: narrow trenches in a plain that cross at the minimum.

    .. math:: f = -\sin x \, \sin^{20}(x^2 / \pi) - \sin y \, \sin^{20}(2 y^2 / \pi)

    The minimum is -1.801303 at (2.202906, π/2), where Newton's method with 40 digits finds the slope along x to
    be 0.

    References
    ----------
    Michalewicz 1992, Genetic Algorithms + Data Structures = Evolution Programs, with m = 10.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((2.2029055201726093, math.pi / 2),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((0.0, math.pi), (0.0, math.pi))

    start: tuple[float, float] = (2.55, 1.95)

    def value(self, x: Array, y: Array) -> Array:
        return -np.sin(x) * np.sin(x * x / np.pi) ** 20 - np.sin(y) * np.sin(2 * y * y / np.pi) ** 20

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return _slope(x, 1), _slope(y, 2)


def _slope(x: Array, i: int) -> Array:
    inner = i * x * x / np.pi
    falls = np.cos(x) * np.sin(inner) ** 20
    return -falls - np.sin(x) * 20 * np.sin(inner) ** 19 * np.cos(inner) * (2 * i * x / np.pi)


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"michalewicz": Michalewicz}
