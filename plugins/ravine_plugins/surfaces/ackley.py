"""Ackley's function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Ackley(Surface):
    r"""Ackley: a pitted plain with a deep hole in the middle.

    .. math:: f = -20 e^{-0.2 \sqrt{(x^2 + y^2) / 2}} - e^{(\cos 2 \pi x + \cos 2 \pi y) / 2} + 20 + e

    The minimum is 0 at (0, 0). f has a kink there; the gradient is taken as 0.

    References
    ----------
    Ackley 1987, A Connectionist Machine for Genetic Hillclimbing.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-5.0, 5.0), (-5.0, 5.0))

    start: tuple[float, float] = (2.7, -1.6)

    def value(self, x: Array, y: Array) -> Array:
        r = np.sqrt((x * x + y * y) / 2)
        waves = (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) / 2
        return -20 * np.exp(-0.2 * r) - np.exp(waves) + 20 + np.e

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        r = np.sqrt((x * x + y * y) / 2)
        waves = (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) / 2
        hole = 2 * np.exp(-0.2 * r) / np.where(r == 0, 1, r)
        pits = np.pi * np.exp(waves)
        return hole * x + pits * np.sin(2 * np.pi * x), hole * y + pits * np.sin(2 * np.pi * y)


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"ackley": Ackley}
