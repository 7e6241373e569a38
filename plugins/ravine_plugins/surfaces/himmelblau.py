"""Himmelblau's function."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Himmelblau(Surface):
    r"""Himmelblau: four minima of one depth; the start decides which.

    .. math:: f = (x^2 + y - 11)^2 + (x + y^2 - 7)^2

    The minima are 0.

    References
    ----------
    Himmelblau 1972, Applied Nonlinear Programming.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = (
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.2831859912861696),
        (3.5844283403304917, -1.8481265269644034),
    )
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-5.0, 5.0), (-5.0, 5.0))

    start: tuple[float, float] = (0.0, 0.0)

    def value(self, x: Array, y: Array) -> Array:
        return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        a, b = x * x + y - 11, x + y * y - 7
        return 4 * x * a + 2 * b, 2 * a + 4 * y * b


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"himmelblau": Himmelblau}
