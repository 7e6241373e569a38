"""A matrix as the product of two thin ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Function, hookimpl

from ravine_plugins.functions._spectra import check_condition, eigenvalues, rotation


@dataclass(frozen=True)
class MatrixFactorization(Function):
    r"""Matrix factorization: two thin matrices whose product is a given one; rules for matrices apply here.

    .. math:: f = \tfrac{1}{2} |U V - M|^2, \qquad U \in R^{rows \times rank}, V \in R^{rank \times columns}

    It is not convex: 0 is a saddle, and with U V also :math:`(U A) (A^{-1} V)` is a minimum, of value 0.

    Parameters
    ----------
    rows, columns : int
        Shape of M.
    rank : int
        Rank of M and length of the inner axis, not more than rows and columns.
    condition : float
        Quotient of the largest singular value of M, which is 1, and the smallest that is not 0.
    scale : float
        Standard deviation of the first values of U and V.

    References
    ----------
    Burer and Monteiro 2003, A Nonlinear Programming Algorithm for Solving Semidefinite Programs via Low-Rank
    Factorization; Saxe, McClelland and Ganguli 2014, Exact Solutions to the Nonlinear Dynamics of Learning in
    Deep Linear Neural Networks, where this is a linear network of two layers.

    Notes
    -----
    M, U and V are drawn for each seed anew.
    """

    rows: int = 20
    columns: int = 30
    rank: int = 5
    condition: float = 10.0
    scale: float = 0.1

    def __post_init__(self) -> None:
        self.require(rows="[1, inf)", columns="[1, inf)", rank="[1, inf)")
        self.require(condition="[1, inf)", scale="(0, inf)")
        check_condition("MatrixFactorization", self.rank, self.condition)
        if self.rank > min(self.rows, self.columns):
            raise ValueError(f"MatrixFactorization: rank = {self.rank} is more than rows or columns")

    def data(self, rng: np.random.Generator) -> Mapping[str, Array]:
        left = rotation(rng, self.rows)[:, : self.rank]
        right = rotation(rng, self.columns)[: self.rank]
        roots = np.sqrt(eigenvalues("geometric", self.rank, self.condition))
        U, V = left * roots, roots[:, None] * right
        return {"M": U @ V, "U": U, "V": V}

    def start(self, data: Any, rng: np.random.Generator) -> Mapping[str, Array]:
        U = self.scale * rng.standard_normal((self.rows, self.rank))
        return {"U": U, "V": self.scale * rng.standard_normal((self.rank, self.columns))}

    def value(self, p: Any, data: Any) -> float:
        return float(np.sum((p.U @ p.V - data.M) ** 2)) / 2

    def sample(self, p: Any, data: Any, rng: np.random.Generator) -> tuple[float, Mapping[str, Array]]:
        apart = p.U @ p.V - data.M
        return float(np.sum(apart * apart)) / 2, {"U": apart @ p.V.T, "V": p.U.T @ apart}

    def minimum(self, data: Any) -> Mapping[str, Array]:
        return {"U": data.U, "V": data.V}


@hookimpl
def ravine_functions() -> dict[str, type[Function]]:
    return {"matrix_factorization": MatrixFactorization}
