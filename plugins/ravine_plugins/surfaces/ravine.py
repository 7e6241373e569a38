"""The narrow valley that gave the project its name."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl


@dataclass(frozen=True)
class Ravine(Surface):
    r"""Ravine: a long valley, twenty times as steep across as along, where plain descent zigzags.

    .. math:: f = \tfrac{1}{20} x^2 + y^2

    The minimum is 0 at (0, 0). Plain descent is stable for a learning rate below 1, the limit across.

    References
    ----------
    Saitoh 2016, Deep Learning from Scratch, section 6.1, with the start taken there.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((0.0, 0.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-10.0, 10.0), (-5.0, 5.0))

    start: tuple[float, float] = (-7.0, 2.0)

    def value(self, x: Array, y: Array) -> Array:
        return x * x / 20 + y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return x / 10, 2 * y


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"ravine": Ravine}
