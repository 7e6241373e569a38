"""Rastrigin's function in any number of dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl


@dataclass(frozen=True)
class RastriginN(Function):
    r"""Rastrigin in n dimensions: a bowl covered with regular dimples.

    .. math:: f = \sum_{i=1}^n 10 + x_i^2 - 10 \cos 2 \pi x_i

    The minimum is 0 at 0, with a local one near every other point of whole numbers.

    Parameters
    ----------
    n : int
        Number of dimensions.

    References
    ----------
    Rastrigin 1974, Systems of Extremal Control, with two dimensions; Mühlenbein, Schomisch and Born 1991, The
    Parallel Genetic Algorithm as Function Optimizer, with n.

    Notes
    -----
    The start is drawn evenly between −5.12 and 5.12, for each seed another. With n = 2 it is the surface
    ``rastrigin``.
    """

    n: int = 10

    def __post_init__(self) -> None:
        self.require(n="[1, inf)")

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": rng.uniform(-5.12, 5.12, self.n)}

    def value(self, p: Any, data: Any) -> float:
        return float(np.sum(10 + p.x * p.x - 10 * np.cos(2 * np.pi * p.x)))

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        return self.value(p, data), {"x": 2 * p.x + 20 * np.pi * np.sin(2 * np.pi * p.x)}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.zeros(self.n)}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"rastrigin_n": RastriginN}
