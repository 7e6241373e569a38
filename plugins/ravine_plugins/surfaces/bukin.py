"""Bukin's sixth function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Bukin(Surface):
    r"""Bukin 6: a curved crease, whose floor falls slowly to the minimum.

    .. math:: f = 100 \sqrt{|y - x^2 / 100|} + |x + 10| / 100

    The minimum is 0 at (-10, 1). f has kinks along the crease and at x = -10, where parts of the gradient are
    taken as 0; beside the crease it has no bound.

    References
    ----------
    Jamil and Yang 2013, A Literature Survey of Benchmark Functions for Global Optimisation Problems, function
    28.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((-10.0, 1.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-15.0, -5.0), (-3.0, 3.0))

    start: tuple[float, float] = (-6.0, -2.0)

    def value(self, x: Array, y: Array) -> Array:
        return 100 * np.sqrt(np.abs(y - 0.01 * x * x)) + np.abs(x + 10) / 100

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        across = y - 0.01 * x * x
        root = np.sqrt(np.abs(across))
        steep = 50 * np.sign(across) / np.where(root == 0, 1, root)
        return np.sign(x + 10) / 100 - 0.02 * x * steep, steep


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"bukin": Bukin}
