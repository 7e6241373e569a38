"""The surface my_name: replace the function, its gradient and its docstring by your own."""

from dataclasses import dataclass
from typing import ClassVar

from ravine import Array, Surface, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Surface):
    r"""Booth: a bowl three times as wide as it is long, and turned.

    .. math:: f = (x + 2 y - 7)^2 + (2 x + y - 5)^2

    The minimum is 0 at (1, 3).
    """

    minima: ClassVar[tuple[tuple[float, float], ...]] = ((1.0, 3.0),)
    domain: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((-10.0, 10.0), (-10.0, 10.0))

    start: tuple[float, float] = (9.0, -3.0)

    def __post_init__(self) -> None:
        self.require(start="(-inf, inf)")

    def value(self, x: Array, y: Array) -> Array:
        f: Array = (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2
        return f

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        a, b = x + 2 * y - 7, 2 * x + y - 5
        return 2 * a + 4 * b, 4 * a + 2 * b


@hookimpl
def ravine_surfaces() -> dict[str, type[Surface]]:
    return {"my_name": MyName}
