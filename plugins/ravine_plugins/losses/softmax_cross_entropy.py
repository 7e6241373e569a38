"""Softmax with cross-entropy."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Loss, hookimpl, one_hot


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    r"""Softmax and cross-entropy in one: the negative log-likelihood of the right class.

    .. math:: L = -\frac 1 n \sum_i \sum_k t_{ik} \log p_{ik}, \quad p = \mathrm{softmax}(y), \qquad
              \partial L / \partial y = (p - t) / n

    References
    ----------
    Bridle 1990, Probabilistic Interpretation of Feedforward Classification Network Outputs.

    Notes
    -----
    The logarithm is taken of the sum of exponentials, so nothing is clipped. The book adds 1e-7 inside the
    logarithm, which caps the loss of an example near 16.1. Rows of targets must sum to 1.
    """

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        t = one_hot(target, y)
        z = y - y.max(axis=1, keepdims=True)
        p = np.exp(z)
        total = p.sum(axis=1, keepdims=True)
        value = float(np.log(total).sum() - np.vdot(t, z)) / len(y)
        p /= total
        p -= t
        p /= len(y)
        return value, p


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"softmax_cross_entropy": SoftmaxCrossEntropy}
