"""The noisy quadratic model of training with batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl

from ravine_plugins.functions._spectra import Spectrum, check_condition, eigenvalues, rotation


@dataclass(frozen=True)
class NoisyQuadratic(Function):
    r"""Noisy quadratic: a bowl whose gradient has noise with the shape of the bowl, as that of batches has.

    .. math:: f = \tfrac{1}{2} x^T H x, \qquad
              g = H x + \varepsilon, \quad \varepsilon \sim N(0, \sigma^2 H / B), \qquad
              H = Q \operatorname{diag}(h) Q^T

    Training sees the loss :math:`f + \varepsilon^T x`, whose gradient is g. It can be below 0. The minimum of f
    is 0 at 0; at a rate that stays, a descent ends in a ball around it that shrinks with rate and noise.

    Parameters
    ----------
    n : int
        Number of dimensions.
    condition : float
        The largest eigenvalue is 1, the smallest 1 / condition.
    noise : float
        σ; with 0 there is none.
    batch_size : int
        B, by which the variance is divided.
    spectrum : "geometric", "linear" or "power"
        The eigenvalues between. The paper has 1/i, the powers with ``condition = n``.
    rotated : bool
        Whether Q is drawn, for each seed another; if not, it is the identity, as in the paper.

    References
    ----------
    Zhang and others 2019, Which Algorithmic Choices Matter at Which Batch Sizes? Insights From a Noisy
    Quadratic Model, section 3. Before it, Schaul, Zhang and LeCun 2013, No More Pesky Learning Rates.

    Notes
    -----
    The start is drawn from a normal distribution with variance 1, for each seed another.
    """

    n: int = 100
    condition: float = 100.0
    noise: float = 1.0
    batch_size: int = 1
    spectrum: Spectrum = "power"
    rotated: bool = False

    def __post_init__(self) -> None:
        self.require(n="[1, inf)", condition="[1, inf)", noise="[0, inf)", batch_size="[1, inf)")
        check_condition("NoisyQuadratic", self.n, self.condition)

    def data(self, rng: np.random.Generator) -> Mapping[str, Array]:
        h = eigenvalues(self.spectrum, self.n, self.condition)
        return {"h": h, "Q": rotation(rng, self.n)} if self.rotated else {"h": h}

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": rng.standard_normal(self.n)}

    def value(self, p: Any, data: Any) -> float:
        z = data.Q.T @ p.x if self.rotated else p.x
        return float(z @ (data.h * z)) / 2

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        z = data.Q.T @ p.x if self.rotated else p.x
        scale = self.noise / self.batch_size**0.5
        noise = scale * np.sqrt(data.h) * rng.standard_normal(self.n).astype(z.dtype)
        g = data.h * z + noise
        loss = float(z @ (data.h * z)) / 2 + float(noise @ z)
        return loss, {"x": data.Q @ g if self.rotated else g}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.zeros(self.n)}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"noisy_quadratic": NoisyQuadratic}
