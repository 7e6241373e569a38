"""Levy's function in any number of dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl


@dataclass(frozen=True)
class LevyN(Function):
    r"""Levy in n dimensions: waves along each coordinate, which become higher away from the minimum.

    .. math:: f = \sin^2 \pi w_1 + \sum_{i=1}^{n-1} (w_i - 1)^2 (1 + 10 \sin^2(\pi w_i + 1))
              + (w_n - 1)^2 (1 + \sin^2 2 \pi w_n), \qquad w_i = 1 + (x_i - 1) / 4

    The minimum is 0 at (1, …, 1).

    Parameters
    ----------
    n : int
        Number of dimensions.

    References
    ----------
    Laguna and Martí 2005, Experimental Testing of Advanced Scatter Search Designs for Global Optimization of
    Multimodal Functions, after Levy and Montalvo 1985.

    Notes
    -----
    The start is drawn evenly between −10 and 10, for each seed another. With n = 2 it is the surface ``levy``.
    """

    n: int = 10

    def __post_init__(self) -> None:
        self.require(n="[1, inf)")

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": rng.uniform(-10.0, 10.0, self.n)}

    def value(self, p: Any, data: Any) -> float:
        w = (p.x + 3) / 4
        u, v = w[:-1], w[-1:]
        waves = (u - 1) ** 2 * (1 + 10 * np.sin(np.pi * u + 1) ** 2)
        ripples = (v - 1) ** 2 * (1 + np.sin(2 * np.pi * v) ** 2)
        return float(np.sin(np.pi * w[0]) ** 2 + np.sum(waves) + np.sum(ripples))

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        w = (p.x + 3) / 4
        u, v = w[:-1], w[-1:]
        g = np.empty_like(w)
        g[:-1] = 2 * (u - 1) * (1 + 10 * np.sin(np.pi * u + 1) ** 2)
        g[:-1] += 10 * np.pi * (u - 1) ** 2 * np.sin(2 * np.pi * u + 2)
        g[-1:] = 2 * (v - 1) * (1 + np.sin(2 * np.pi * v) ** 2) + 2 * np.pi * (v - 1) ** 2 * np.sin(
            4 * np.pi * v
        )
        g[:1] += np.pi * np.sin(2 * np.pi * w[:1])
        return self.value(p, data), {"x": g / 4}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.ones(self.n)}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"levy_n": LevyN}
