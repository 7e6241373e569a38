"""The function of Goldstein and Price."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class GoldsteinPrice(Surface):
    r"""Goldstein-Price: four wells between walls that are a hundred thousand times as high.

    .. math:: f = (1 + (x + y + 1)^2 p) (30 + (2 x - 3 y)^2 q), \qquad
              p = 19 - 14 x + 3 x^2 - 14 y + 6 x y + 3 y^2, \;
              q = 18 - 32 x + 12 x^2 + 48 y - 36 x y + 27 y^2

    The minimum is 3 at (0, -1).

    References
    ----------
    Goldstein and Price 1971, On Descent from Local Minima.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, -1.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-2.0, 2.0), (-2.0, 2.0))

    start: tuple[float, float] = (1.5, 0.4)

    def value(self, x: Array, y: Array) -> Array:
        p = 19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y
        q = 18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y
        return (1 + (x + y + 1) ** 2 * p) * (30 + (2 * x - 3 * y) ** 2 * q)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        s, t = x + y + 1, 2 * x - 3 * y
        p = 19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y
        q = 18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y
        a, b = 1 + s * s * p, 30 + t * t * q
        # p depends on x + y only.
        da = 2 * s * p + s * s * (6 * x + 6 * y - 14)
        dx = da * b + a * (4 * t * q + t * t * (24 * x - 36 * y - 32))
        dy = da * b + a * (-6 * t * q + t * t * (54 * y - 36 * x + 48))
        return dx, dy


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"goldstein_price": GoldsteinPrice}
