"""Sigmoid with binary cross-entropy."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Loss, hookimpl, one_hot

from ravine_plugins._logistic import logistic


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    r"""Sigmoid and binary cross-entropy in one: every output says yes or no on its own.

    .. math:: L = \frac{1}{n K} \sum_{ik} \left(\log(1 + e^{y_{ik}}) - t_{ik} y_{ik}\right), \qquad
              \partial L / \partial y = (\sigma(y) - t) / (n K)

    Notes
    -----
    Outputs are logits, as in PyTorch's ``binary_cross_entropy_with_logits`` and in Keras with ``from_logits``;
    no layer ``sigmoid`` goes before it. The mean is over the batch and the outputs. Class numbers become rows
    with a 1 at the right class.

    References
    ----------
    Cox 1958, The Regression Analysis of Binary Sequences.
    """

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        t = one_hot(target, y)
        # log(1 + exp(y)) - t y, in two terms of which none is negative: their digits do not cancel.
        each = t * np.logaddexp(-y, 0) + (1 - t) * np.logaddexp(y, 0)
        return float(each.mean()), (logistic(y) - t) / y.size

    def check_targets(self, target: Array, n_out: int) -> None:
        if target.ndim == 2 and not ((target >= 0) & (target <= 1)).all():
            first = int(((target < 0) | (target > 1)).any(axis=1).argmax())
            raise ValueError(
                "binary_cross_entropy takes class numbers, or rows of numbers from 0 to 1, and example "
                f"{first} has {target[first, :3].tolist()}{'…' * (n_out > 3)}; loss=mean_squared_error takes "
                "any numbers"
            )


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"binary_cross_entropy": BinaryCrossEntropy}
