"""Rosenbrock's banana in any number of dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl


@dataclass(frozen=True)
class ChainedRosenbrock(Function):
    r"""Chained Rosenbrock: a curved valley, in which every coordinate depends on the one before.

    .. math:: f = \sum_{i=1}^{n-1} 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2

    The minimum is 0 at (1, …, 1). With n from 4 on there is a local minimum near (−1, 1, …, 1).

    Parameters
    ----------
    n : int
        Number of dimensions, at least 2.

    References
    ----------
    Toint 1978, Some Numerical Results Using a Sparse Matrix Updating Formula in Unconstrained Optimization. The
    local minimum: Shang and Qiu 2006, A Note on the Extended Rosenbrock Function.

    Notes
    -----
    The start is (−1.2, 1, −1.2, 1, …), as Rosenbrock's; nothing is drawn.
    """

    n: int = 10

    def __post_init__(self) -> None:
        self.require(n="[2, inf)")

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": np.where(np.arange(self.n) % 2, 1.0, -1.2)}

    def value(self, p: Any, data: Any) -> float:
        x, after = p.x[:-1], p.x[1:]
        return float(np.sum(100 * (after - x * x) ** 2 + (1 - x) ** 2))

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        x, after = p.x[:-1], p.x[1:]
        across = after - x * x
        g = np.zeros_like(p.x)
        g[:-1] = -400 * x * across - 2 * (1 - x)
        g[1:] += 200 * across
        return self.value(p, data), {"x": g}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.ones(self.n)}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"chained_rosenbrock": ChainedRosenbrock}
