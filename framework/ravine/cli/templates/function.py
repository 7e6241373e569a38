"""The function my_name: replace its methods and its docstring by your own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Function):
    r"""Noisy bowl: half the squared distance from a point that is drawn, seen through noise.

    .. math:: f = \tfrac{1}{2} |x - c|^2, \qquad g = x - c + \sigma \varepsilon

    The minimum is 0 at c.

    Parameters
    ----------
    n : int
        Number of dimensions.
    noise : float
        σ; ε has a normal distribution.
    """

    n: int = 100
    noise: float = 0.1

    def __post_init__(self) -> None:
        self.require(n="[1, inf)", noise="[0, inf)")

    def data(self, rng: np.random.Generator) -> Mapping[str, Array]:
        # Once a run, for each seed another.
        return {"c": rng.standard_normal(self.n)}

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": np.zeros(self.n)}

    def value(self, p: Any, data: Any) -> float:
        apart = p.x - data.c
        return float(apart @ apart) / 2

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        # The type of the parameters can be float32.
        noise = self.noise * rng.standard_normal(self.n).astype(p.x.dtype)
        return self.value(p, data) + float(noise @ p.x), {"x": p.x - data.c + noise}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": data.c}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"my_name": MyName}
