"""The function of Styblinski and Tang in any number of dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl


@dataclass(frozen=True)
class StyblinskiTangN(Function):
    r"""Styblinski-Tang in n dimensions: 2ⁿ wells, of which one is deepest.

    .. math:: f = \tfrac{1}{2} \sum_{i=1}^n x_i^4 - 16 x_i^2 + 5 x_i

    The minimum is −39.166166 n, where every coordinate is −2.903534, the least root of
    :math:`4 x^3 - 32 x + 5`. In the other wells some coordinates are 2.746803, and each of these costs 14.137.

    Parameters
    ----------
    n : int
        Number of dimensions.

    References
    ----------
    Styblinski and Tang 1990, Experiments in Nonconvex Optimization: Stochastic Approximation with Function
    Smoothing and Simulated Annealing.

    Notes
    -----
    The start is drawn evenly between −5 and 5, for each seed another. With n = 2 it is the surface
    ``styblinski_tang``.
    """

    n: int = 10

    def __post_init__(self) -> None:
        self.require(n="[1, inf)")

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": rng.uniform(-5.0, 5.0, self.n)}

    def value(self, p: Any, data: Any) -> float:
        x = p.x
        return float(np.sum(x**4 - 16 * x * x + 5 * x)) / 2

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        x = p.x
        return self.value(p, data), {"x": 2 * x**3 - 16 * x + 2.5}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.full(self.n, -2.903534027771177)}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"styblinski_tang_n": StyblinskiTangN}
