"""The focal loss."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Loss, hookimpl, one_hot

from ravine_plugins.losses._shares import check_shares


@dataclass(frozen=True)
class Focal(Loss):
    r"""Focal loss: softmax and cross-entropy in which examples that are easy count less.

    .. math:: L = -\frac 1 n \sum_{ik} t_{ik} (1 - p_{ik})^\gamma \log p_{ik}, \qquad p = \mathrm{softmax}(y)

    Parameters
    ----------
    gamma : float
        γ, how much less; with 0 it is ``softmax_cross_entropy``.

    References
    ----------
    Lin, Goyal, Girshick, He and Dollár 2017, Focal Loss for Dense Object Detection, equation (4).

    Notes
    -----
    The paper has it for two classes, with a sigmoid; this is its form for several, as Keras's
    ``CategoricalFocalCrossentropy`` with ``alpha=1``, whose default multiplies by 0.25 (equation (5)). Rows of
    targets must sum to 1.
    """

    gamma: float = 2.0

    def __post_init__(self) -> None:
        self.require(gamma="[0, inf)")

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        t = one_hot(target, y)
        z = y - y.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        p = e / total
        # The sum of the others: 1 - p has no digits where p is near 1.
        q = e @ (1 - np.eye(y.shape[1], dtype=y.dtype)) / total
        log_p = np.where(t > 0, z - np.log(total), 0)
        weight = t * q**self.gamma
        # It goes to 0 where p goes to 0, and p log p / (1 - p) to -1 where p goes to 1.
        p_log_p = p * np.where(p > 0, log_p, 0)
        dz = weight * (self.gamma * np.divide(p_log_p, q, out=-np.ones_like(q), where=q > 0) - 1)
        dy = dz - p * dz.sum(axis=1, keepdims=True)
        return -float((weight * log_p).sum()) / len(y), dy / len(y)

    def check_targets(self, target: Array, n_out: int) -> None:
        if n_out == 1:
            raise ValueError("the softmax of one output is always 1; loss=binary_cross_entropy fits")
        check_shares("focal", target, n_out)


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"focal": Focal}
