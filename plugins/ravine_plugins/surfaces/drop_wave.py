"""The wave of a drop."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class DropWave(Surface):
    r"""Drop wave: rings around a hole, lower the farther out.

    .. math:: f = -\frac{1 + \cos 12 r}{2 + r^2 / 2}, \qquad r = \sqrt{x^2 + y^2}

    The minimum is -1 at (0, 0). The domain is the middle of the usual one, from -5.12 to 5.12.

    References
    ----------
    Molga and Smutnicki 2005, Test Functions for Optimization Needs.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-2.0, 2.0), (-2.0, 2.0))

    start: tuple[float, float] = (1.4, 0.9)

    def value(self, x: Array, y: Array) -> Array:
        r = np.sqrt(x * x + y * y)
        return -(1 + np.cos(12 * r)) / (2 + r * r / 2)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        r = np.sqrt(x * x + y * y)
        low = 2 + r * r / 2
        # In the middle there is no slope, whatever r is divided by.
        slope = 12 * np.sin(12 * r) / np.where(r == 0, 1, r) / low + (1 + np.cos(12 * r)) / low**2
        return slope * x, slope * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"drop_wave": DropWave}
