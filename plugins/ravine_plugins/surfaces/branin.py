"""Branin's function."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl

_B, _C, _T = 5.1 / (4 * math.pi**2), 5 / math.pi, 1 / (8 * math.pi)


@dataclass(frozen=True)
class Branin(Surface):
    r"""Branin: three minima of one depth along a curved valley.

    .. math:: f = (y - b x^2 + c x - 6)^2 + 10 (1 - t) \cos x + 10, \qquad
              b = 5.1 / 4 \pi^2, \; c = 5 / \pi, \; t = 1 / 8 \pi

    The minima are 10 t = 0.397887 at (-π, 12.275), (π, 2.275) and (3π, 2.475).

    References
    ----------
    Branin 1972, Widely Convergent Method for Finding Multiple Solutions of Simultaneous Nonlinear Equations.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = (
        (-math.pi, 12.275),
        (math.pi, 2.275),
        (3 * math.pi, 2.475),
    )
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-5.0, 10.0), (0.0, 15.0))

    start: tuple[float, float] = (3.5, 13.0)

    def value(self, x: Array, y: Array) -> Array:
        across = y - _B * x * x + _C * x - 6
        return across * across + 10 * (1 - _T) * np.cos(x) + 10

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        across = y - _B * x * x + _C * x - 6
        return 2 * across * (_C - 2 * _B * x) - 10 * (1 - _T) * np.sin(x), 2 * across


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"branin": Branin}
