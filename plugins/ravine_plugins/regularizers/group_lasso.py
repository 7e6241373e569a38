"""The group lasso."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ravine import Array, Place, Regularizer, hookimpl

from ravine_plugins.regularizers._matrices import add_matrix, as_matrix


@dataclass(frozen=True)
class GroupLasso(Regularizer, sees="array"):
    r"""Group lasso: the sum of the lengths of groups of weights, which drives whole groups to 0.

    .. math:: R = \lambda \sqrt p \sum_j \|w_j\|_2, \qquad
              \partial R / \partial w_j = \lambda \sqrt p \; w_j / \|w_j\|_2

    Parameters
    ----------
    strength : float
        λ.
    groups : "out" or "in"
        A group has the p weights of one unit, from all inputs (``out``), or of one input, to all units
        (``in``).

    References
    ----------
    Yuan and Lin 2006, Model Selection and Estimation in Regression with Grouped Variables, equation (2.1).
    Scardapane and others 2017, Group Sparse Regularization for Deep Neural Networks, has the weights of one
    input.

    Notes
    -----
    Each weight array has its own p. The derivative of a group that is 0 is taken as 0. A step seldom ends at 0
    exactly: it jumps from one side to the other. PyTorch and Keras have no such regularizer.
    """

    strength: float = 1e-4
    groups: Literal["out", "in"] = "in"

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)")

    def penalty(self, w: Array, *, place: Place) -> float:
        matrix = as_matrix(w, place)
        scale = self.strength * math.sqrt(matrix.shape[self._along()])
        return scale * float(np.linalg.norm(matrix, axis=self._along()).sum())

    def add_gradient(self, w: Array, g: Array, *, place: Place) -> None:
        matrix = as_matrix(w, place)
        length = np.linalg.norm(matrix, axis=self._along(), keepdims=True)
        scale = self.strength * math.sqrt(matrix.shape[self._along()])
        add_matrix(g, scale * matrix / np.where(length == 0, 1, length), place)

    def _along(self) -> int:
        """Return the axis of the matrix that is in a group."""
        return 0 if self.groups == "out" else 1


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"group_lasso": GroupLasso}
