"""Least squares on examples that are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl

from ravine_plugins.functions._spectra import check_condition, eigenvalues


@dataclass(frozen=True)
class LeastSquares(Function):
    r"""Least squares: a line through drawn examples, seen through batches.

    .. math:: f = \frac{1}{2 m} |A x - b|^2, \qquad b = A u + \sigma \varepsilon

    Without noise in the targets all examples agree at the minimum, and the noise of batches ends there: a rate
    that stays reaches it. With noise it does not.

    Parameters
    ----------
    n : int
        Number of features; rows of A are normal, with variances from 1 down to 1 / condition.
    examples : int
        m, at least n.
    batch_size : int or None
        Examples of a sample, drawn with replacement; None for all, without noise.
    condition : float
        Quotient of the largest and the smallest variance of a feature.
    noise : float
        σ, of the targets.

    References
    ----------
    Needell, Srebro and Ward 2014, Stochastic Gradient Descent, Weighted Sampling, and the Randomized Kaczmarz
    Algorithm.

    Notes
    -----
    The start is 0. A, the weights u and ε are drawn for each seed anew.
    """

    n: int = 20
    examples: int = 1000
    batch_size: int | None = 32
    condition: float = 1.0
    noise: float = 0.1

    def __post_init__(self) -> None:
        self.require(n="[1, inf)", examples="[1, inf)", batch_size="[1, inf)")
        self.require(condition="[1, inf)", noise="[0, inf)")
        check_condition("LeastSquares", self.n, self.condition)
        if self.examples < self.n:
            raise ValueError(f"LeastSquares: examples = {self.examples} are fewer than n = {self.n}")

    def data(self, rng: np.random.Generator) -> Mapping[str, Array]:
        u = rng.standard_normal(self.n)
        scales = np.sqrt(eigenvalues("geometric", self.n, self.condition))
        A = scales * rng.standard_normal((self.examples, self.n))
        return {"A": A, "b": A @ u + self.noise * rng.standard_normal(self.examples)}

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": np.zeros(self.n)}

    def value(self, p: Any, data: Any) -> float:
        r = data.A @ p.x - data.b
        return float(r @ r) / (2 * self.examples)

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        A, b = data.A, data.b
        if self.batch_size is not None:
            drawn = rng.integers(self.examples, size=self.batch_size)
            A, b = A[drawn], b[drawn]
        r = A @ p.x - b
        return float(r @ r) / (2 * len(b)), {"x": A.T @ r / len(b)}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.linalg.lstsq(data.A, data.b, rcond=None)[0]}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"least_squares": LeastSquares}
