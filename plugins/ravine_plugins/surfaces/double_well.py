"""Two wells, one deeper."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class DoubleWell(Surface):
    r"""Double well: a local minimum beside the global one, with a pass between them.

    .. math:: f = (x^2 - 1)^2 + 0.3 x + y^2

    The global minimum is -0.305428 at (-1.035579, 0), the local one 0.294146 at (0.960150, 0), the pass
    between them at (0.075429, 0). A descent starts on the wrong side.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((-1.0355787140888537, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-2.0, 2.0), (-2.0, 2.0))

    start: tuple[float, float] = (1.8, 1.0)

    def value(self, x: Array, y: Array) -> Array:
        return (x * x - 1) ** 2 + 0.3 * x + y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return 4 * x * (x * x - 1) + 0.3, 2 * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"double_well": DoubleWell}
