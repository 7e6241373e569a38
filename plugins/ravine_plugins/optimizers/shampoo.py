"""Shampoo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Optimizer, hookimpl


@dataclass(frozen=True)
class Shampoo(Optimizer, slots=("L", "R"), sees="array"):
    r"""Shampoo: a matrix is divided by roots of the sums of its products, from both sides.

    .. math:: L \leftarrow L + G G^T, \qquad R \leftarrow R + G^T G, \qquad
              W \leftarrow W - \eta L^{-1/4} G R^{-1/4}

    Parameters
    ----------
    lr : float
        Learning rate η.
    eps : float
        ε; L and R begin as ε times the identity.

    References
    ----------
    Gupta, Koren and Singer 2018, Shampoo: Preconditioned Stochastic Tensor Optimization, Algorithm 1; for
    vectors Algorithm 2 with one axis, :math:`w \leftarrow w - \eta (\epsilon I + \sum g g^T)^{-1/2} g`.

    Notes
    -----
    The matrices are full, and their roots are computed at every step, as in Algorithm 1: a step takes as long
    as the eigenvectors of the largest. Most implementations compute roots seldom, cut large arrays into blocks,
    let sums fade, and take the length of the step from another rule. An array with more than two axes is a
    matrix of its last axis, which counts the units, and all others; Algorithm 2 has a matrix for each axis.
    """

    lr: float = 0.1
    eps: float = 1e-4

    def __post_init__(self) -> None:
        self.require(lr="[0, inf)", eps="(0, inf)")

    def start(self, theta: Array) -> Mapping[str, Array]:
        sizes = theta.shape if theta.ndim == 1 else (theta.size // theta.shape[-1], theta.shape[-1])
        return {side: self.eps * np.eye(size) for side, size in zip(self.slots, sizes, strict=False)}

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        if theta.ndim == 1:
            (L,) = state
            L += np.outer(g, g)
            theta -= lr * self._power(L, -1 / 2) @ g
            return
        L, R = state
        G = g.reshape(-1, g.shape[-1])
        L += G @ G.T
        R += G.T @ G
        theta -= lr * (self._power(L, -1 / 4) @ G @ self._power(R, -1 / 4)).reshape(theta.shape)

    def _power(self, matrix: Array, exponent: float) -> Array:
        values, vectors = np.linalg.eigh(matrix)
        # No eigenvalue is below ε, but for rounding.
        return (vectors * np.maximum(values, self.eps) ** exponent) @ vectors.T


@hookimpl
def ravine_optimizers() -> dict[str, type[Optimizer]]:
    return {"shampoo": Shampoo}
