"""A bowl of any number of dimensions and any condition number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl

from ravine_plugins.functions._spectra import Spectrum, check_condition, eigenvalues, rotation


@dataclass(frozen=True)
class Quadratic(Function):
    r"""Quadratic: a bowl with a chosen condition number, along the axes or rotated.

    .. math:: f = \tfrac{1}{2} x^T Q \operatorname{diag}(h) Q^T x

    Plain descent with the rate :math:`2 / (h_1 + h_n)` needs a number of steps that grows with the condition
    number :math:`\kappa = h_1 / h_n`, momentum one that grows with its root. The minimum is 0 at 0.

    Parameters
    ----------
    n : int
        Number of dimensions.
    condition : float
        κ; the largest eigenvalue is 1, the smallest 1/κ.
    spectrum : "geometric", "linear" or "power"
        The eigenvalues between: with equal quotients, with equal differences, or powers of 1, 2, 3, ….
    rotated : bool
        Whether Q is drawn, for each seed another; if not, it is the identity, which suits rules that treat
        every coordinate alone.

    References
    ----------
    Polyak 1964, Some methods of speeding up the convergence of iteration methods. The rotation: Stewart 1980,
    The Efficient Generation of Random Orthogonal Matrices.

    Notes
    -----
    The start is drawn from a normal distribution with variance 1, for each seed another.
    """

    n: int = 100
    condition: float = 100.0
    spectrum: Spectrum = "geometric"
    rotated: bool = False

    def __post_init__(self) -> None:
        self.require(n="[1, inf)", condition="[1, inf)")
        check_condition("Quadratic", self.n, self.condition)

    def data(self, rng: np.random.Generator) -> Mapping[str, Array]:
        h = eigenvalues(self.spectrum, self.n, self.condition)
        if not self.rotated:
            return {"h": h}
        Q = rotation(rng, self.n)
        return {"H": (Q * h) @ Q.T}

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        return {"x": rng.standard_normal(self.n)}

    def value(self, p: Any, data: Any) -> float:
        return float(p.x @ self._gradient(p.x, data)) / 2

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        return self.value(p, data), {"x": self._gradient(p.x, data)}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"x": np.zeros(self.n)}

    def _gradient(self, x: Array, data: Any) -> Array:
        return data.H @ x if self.rotated else data.h * x


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"quadratic": Quadratic}
