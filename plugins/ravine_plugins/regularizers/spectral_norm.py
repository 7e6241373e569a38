"""A penalty on the largest singular value."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Place, Regularizer, hookimpl

from ravine_plugins.regularizers._matrices import add_matrix, as_matrix


@dataclass(frozen=True)
class SpectralNorm(Regularizer, sees="array"):
    r"""Spectral norm: the square of each matrix's largest singular value, by which it can lengthen its input.

    .. math:: R = \tfrac{1}{2} \lambda \, \sigma(W)^2, \qquad \partial R / \partial W = \lambda \, \sigma u v^T

    Parameters
    ----------
    strength : float
        λ.

    References
    ----------
    Yoshida and Miyato 2017, Spectral Norm Regularization for Improving the Generalizability of Deep
    Learning, Algorithm 1.

    Notes
    -----
    The paper has one step of the power method for each update, which keeps a vector; here σ, u and v are exact,
    by the eigenvalues of the smaller of WᵀW and W Wᵀ. W is the matrix from inputs, of all places of a window,
    to units. If several singular values are largest, the derivative is that of one. This is a penalty, not the
    spectral normalisation of Miyato and others 2018, which divides weights by σ.
    """

    strength: float = 0.01

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)")

    def penalty(self, w: Array, *, place: Place) -> float:
        sigma = np.linalg.norm(as_matrix(w, place), 2)
        return 0.5 * self.strength * float(sigma) ** 2

    def add_gradient(self, w: Array, g: Array, *, place: Place) -> None:
        matrix = as_matrix(w, place)
        if matrix.shape[0] >= matrix.shape[1]:
            v = np.linalg.eigh(matrix.T @ matrix)[1][:, -1]
            step = np.outer(matrix @ v, v)
        else:
            u = np.linalg.eigh(matrix @ matrix.T)[1][:, -1]
            step = np.outer(u, u @ matrix)
        add_matrix(g, self.strength * step, place)


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"spectral_norm": SpectralNorm}
