"""A penalty on matrices that are not orthogonal."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Place, Regularizer, hookimpl

from ravine_plugins.regularizers._matrices import add_matrix, as_matrix


@dataclass(frozen=True)
class Orthogonality(Regularizer, sees="array"):
    r"""Orthogonality: the squared distance of a matrix from those that keep lengths.

    .. math:: R = \lambda \|W^T W - I\|_F^2, \qquad \partial R / \partial W = 4 \lambda W (W^T W - I)

    Parameters
    ----------
    strength : float
        λ.

    References
    ----------
    Bansal, Chen and Wang 2018, Can We Gain More from Orthogonality Regularizations in Training Deep CNNs?:
    their soft orthogonality.

    Notes
    -----
    W is the matrix from inputs, of all places of a window, to units. If it has more units than inputs, it is W
    Wᵀ in place of WᵀW: the derivative is the same, and the least penalty is 0. Singular values move towards 1,
    small ones away from 0; a weight that is 0 stays. Keras's OrthogonalRegularizer divides each row by its
    length first, and sums the absolute products of different rows.
    """

    strength: float = 1e-4

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)")

    def penalty(self, w: Array, *, place: Place) -> float:
        matrix = as_matrix(w, place)
        small = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
        return self.strength * float(np.square(_excess(small)).sum())

    def add_gradient(self, w: Array, g: Array, *, place: Place) -> None:
        matrix = as_matrix(w, place)
        if matrix.shape[0] >= matrix.shape[1]:
            add_matrix(g, 4 * self.strength * matrix @ _excess(matrix), place)
        else:
            add_matrix(g, 4 * self.strength * _excess(matrix.T) @ matrix, place)


def _excess(matrix: Array) -> Array:
    product = matrix.T @ matrix
    return product - np.eye(len(product), dtype=product.dtype)


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"orthogonality": Orthogonality}
