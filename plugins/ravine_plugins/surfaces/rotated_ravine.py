"""A ravine that is parallel to no axis."""

import math
from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class RotatedRavine(Surface):
    r"""Rotated ravine: a valley at an angle, which no rule for each coordinate alone can straighten.

    .. math:: f = u^2 / \kappa + v^2, \qquad u = x \cos \alpha + y \sin \alpha, \;
              v = y \cos \alpha - x \sin \alpha

    The minimum is 0 at (0, 0). With α = 0 and κ = 20 it is the surface ``ravine``.

    Parameters
    ----------
    angle : float
        α, in degrees.
    condition : float
        κ, how much steeper it is across than along.

    References
    ----------
    Salomon 1996, Re-evaluating Genetic Algorithm Performance under Coordinate Rotation of Benchmark Functions.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-10.0, 10.0), (-10.0, 10.0))

    start: tuple[float, float] = (-7.0, -1.8)
    angle: float = 30.0
    condition: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(angle="(-inf, inf)", condition="[1, inf)")

    def value(self, x: Array, y: Array) -> Array:
        a = math.radians(self.angle)
        u, v = x * math.cos(a) + y * math.sin(a), y * math.cos(a) - x * math.sin(a)
        return u * u / self.condition + v * v

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        a = math.radians(self.angle)
        u, v = x * math.cos(a) + y * math.sin(a), y * math.cos(a) - x * math.sin(a)
        du, dv = 2 * u / self.condition, 2 * v
        return du * math.cos(a) - dv * math.sin(a), du * math.sin(a) + dv * math.cos(a)


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"rotated_ravine": RotatedRavine}
