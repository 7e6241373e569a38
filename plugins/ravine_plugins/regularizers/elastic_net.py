"""The elastic net."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Regularizer, hookimpl


@dataclass(frozen=True)
class ElasticNet(Regularizer):
    r"""Elastic net: a mixture of the L1 and the L2 penalty.

    .. math:: R = \lambda \left( \alpha \sum |w| + \tfrac{1 - \alpha}{2} \sum w^2 \right)

    Parameters
    ----------
    strength : float
        λ.
    l1_ratio : float
        α, from 0 (all L2) to 1 (all L1).

    References
    ----------
    Zou and Hastie 2005, Regularization and variable selection via the elastic net; parametrised as in
    scikit-learn and glmnet.
    """

    strength: float = 1e-4
    l1_ratio: float = 0.5

    def __post_init__(self) -> None:
        self.require(strength="[0, inf)", l1_ratio="[0, 1]")

    def penalty(self, w: Array) -> float:
        l1, l2 = float(np.abs(w).sum()), 0.5 * float(w @ w)
        return self.strength * (self.l1_ratio * l1 + (1 - self.l1_ratio) * l2)

    def add_gradient(self, w: Array, g: Array) -> None:
        g += self.strength * self.l1_ratio * np.sign(w)
        g += self.strength * (1 - self.l1_ratio) * w


@hookimpl
def ravine_regularizers() -> dict[str, type[Regularizer]]:
    return {"elastic_net": ElasticNet}
