"""Schwefel's function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Array, Surface, hookimpl

_DEPTH = 418.9828872724337


@dataclass(frozen=True)
class Schwefel(Surface):
    r"""Schwefel: deep wells of which the deepest is in a corner, far from the next best.

    .. math:: f = 2 c - x \sin \sqrt{|x|} - y \sin \sqrt{|y|}

    The minimum is 0 at (420.968746, 420.968746), where :math:`\tan u = -u / 2` for :math:`u = \sqrt x`; there
    :math:`x \sin \sqrt x` is c = 418.982887.

    References
    ----------
    Schwefel 1981, Numerical Optimization of Computer Models.
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((420.96874635998205, 420.96874635998205),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-500.0, 500.0), (-500.0, 500.0))

    start: tuple[float, float] = (160.0, -120.0)

    def value(self, x: Array, y: Array) -> Array:
        return 2 * _DEPTH - x * np.sin(np.sqrt(np.abs(x))) - y * np.sin(np.sqrt(np.abs(y)))

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        return _slope(x), _slope(y)


def _slope(x: Array) -> Array:
    root = np.sqrt(np.abs(x))
    return -np.sin(root) - root / 2 * np.cos(root)


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"schwefel": Schwefel}
