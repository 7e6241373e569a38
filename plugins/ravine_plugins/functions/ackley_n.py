"""Ackley's function in any number of dimensions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl


@dataclass(frozen=True)
class AckleyN(Function):
    r"""Ackley in n dimensions: a pitted plain with a deep hole in the middle.

    .. math:: f = -20 e^{-0.2 \sqrt{\frac{1}{n} \sum x_i^2}} - e^{\frac{1}{n} \sum \cos 2 \pi x_i} + 20 + e

    The minimum is 0 at 0. f has a kink there; the gradient is taken as 0.

    Parameters
    ----------
    n : int
        Number of dimensions.

    References
    ----------
    Ackley 1987, A Connectionist Machine for Genetic Hillclimbing, with two dimensions; Bäck and Schwefel 1993,
    An Overview of Evolutionary Algorithms for Parameter Optimization, with n.

    Notes
    -----
    The start is drawn evenly between −5 and 5, for each seed another. With n = 2 it is the surface ``ackley``.
    """

    n: int = 10

    def __post_init__(self) -> None:
        self.require(n="[1, inf)")

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": rng.uniform(-5.0, 5.0, self.n)}

    def value(self, p: Any, data: Any) -> float:
        _, hole, pits = _terms(p.x)
        return 20 - 20 * hole + math.e - pits

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        x = p.x
        root, hole, pits = _terms(x)
        g = 4 * hole / (root or 1.0) * x + 2 * math.pi * pits * np.sin(2 * math.pi * x)
        return self.value(p, data), {"x": g / self.n}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.zeros(self.n)}


def _terms(x: Array) -> tuple[float, float, float]:
    """Return the root of the mean square, the hole and the pits."""
    root = math.sqrt(np.mean(x * x))
    return root, math.exp(-0.2 * root), math.exp(np.mean(np.cos(2 * math.pi * x)))


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"ackley_n": AckleyN}
