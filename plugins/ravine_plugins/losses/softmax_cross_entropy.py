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
        # Of outputs that are very far apart a difference may be -inf, which counts only where t is not 0.
        value = float(np.log(total).sum() - np.vdot(t, np.where(t, z, 0))) / len(y)
        p /= total
        p -= t
        p /= len(y)
        return value, p

    def check_targets(self, target: Array, n_out: int) -> None:
        if n_out == 1:
            raise ValueError(
                "the softmax of one output is always 1; with n_out = 1, rows of one number, "
                "loss=mean_squared_error fits"
            )
        if target.ndim == 2:
            are_shares = (target >= 0).all(axis=1) & (abs(target.sum(axis=1) - 1) < 1e-3)
            if not are_shares.all():
                first = int(are_shares.argmin())
                raise ValueError(
                    "softmax_cross_entropy takes class numbers, or rows of shares that are at least 0 and sum "
                    f"to 1, and example {first} has {target[first, :3].tolist()}"
                    f"{'…' * (n_out > 3)}; loss=mean_squared_error takes any numbers"
                )


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"softmax_cross_entropy": SoftmaxCrossEntropy}
