"""The ravine, seen through noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl


@dataclass(frozen=True)
class NoisyRavine(Function):
    r"""Noisy ravine: a long valley whose gradient has the same noise along it and across.

    .. math:: f = x^2 / \kappa + y^2, \qquad
              g = (2 x / \kappa, 2 y) + \varepsilon, \quad \varepsilon \sim N(0, \sigma^2 I)

    Training sees the loss :math:`f + \varepsilon^T (x, y)`, whose gradient is g. The minimum is 0 at (0, 0).
    Along the valley the gradient is small and the noise is not, so rules that divide by its size are misled
    there.

    Parameters
    ----------
    condition : float
        κ, how much steeper it is across than along.
    noise : float
        σ; with 0 there is none, and with κ = 20 it is the surface ``ravine``.

    References
    ----------
    Saitoh 2016, Deep Learning from Scratch, section 6.1, for the valley and its start, (−7, 2); Schaul, Zhang
    and LeCun 2013, No More Pesky Learning Rates, section 3, for a quadratic with noise of one size.

    Notes
    -----
    The noise of ``noisy_quadratic`` has the shape of the bowl, less along the valley than across.
    """

    condition: float = 20.0
    noise: float = 1.0

    def __post_init__(self) -> None:
        self.require(condition="[1, inf)", noise="[0, inf)")

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": np.array([-7.0, 2.0])}

    def value(self, p: Any, data: Any) -> float:
        x, y = p.x
        return float(x * x / self.condition + y * y)

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        noise = (self.noise * rng.standard_normal(2)).astype(p.x.dtype)
        steep = np.array([2 / self.condition, 2.0], p.x.dtype)
        return self.value(p, data) + float(noise @ p.x), {"x": steep * p.x + noise}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.zeros(2)}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"noisy_ravine": NoisyRavine}
