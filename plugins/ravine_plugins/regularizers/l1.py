"""The L1 penalty."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Regularizer, hookimpl


@dataclass(frozen=True)
class L1(Regularizer):
    r"""L1: the sum of absolute weights, which drives small ones to 0.

    .. math:: R = \lambda \sum |w|, \qquad \partial R / \partial w = \lambda \, \mathrm{sign}(w)

    Parameters
    ----------
    strength : float
        λ.

    References
    ----------
    Tibshirani 1996, Regression Shrinkage and Selection via the Lasso.

    Notes
    -----
    At w = 0 the derivative is taken as 0.
    """

    strength: float = 1e-4

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)")

    def penalty(self, w: Array) -> float:
        return self.strength * float(np.abs(w).sum())

    def add_gradient(self, w: Array, g: Array) -> None:
        g += self.strength * np.sign(w)


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"l1": L1}
