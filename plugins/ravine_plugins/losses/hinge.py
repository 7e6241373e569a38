"""The hinge loss of several classes."""

from dataclasses import dataclass

import numpy as np
from ravine import Array, Loss, hookimpl, one_hot

from ravine_plugins.losses._shares import check_shares


@dataclass(frozen=True)
class Hinge(Loss):
    r"""Hinge loss of Crammer and Singer: the right output must be ahead of the best other one by a margin of 1.

    .. math:: L = \frac 1 n \sum_{ik} t_{ik} \max\left(0, \; 1 + \max_{j \ne k} y_{ij} - y_{ik}\right)

    References
    ----------
    Crammer and Singer 2001, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines,
    section 3.

    Notes
    -----
    As scikit-learn's ``hinge_loss`` and Keras's ``CategoricalHinge``; the latter never takes the best other
    output for less than 0. PyTorch's ``multi_margin_loss`` is that of Weston and Watkins 1999: a sum over all
    other outputs, divided by the number of outputs. Of equal outputs the first counts. Rows of targets must sum
    to 1.
    """

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        t, rows = one_hot(target, y), np.arange(len(y))
        best = y.argmax(axis=1)
        others = y.copy()
        others[rows, best] = -np.inf
        second = others.argmax(axis=1)
        # The best other output is the best one, except for the best one itself.
        rival = np.repeat(best[:, None], y.shape[1], axis=1)
        rival[rows, best] = second
        margins = 1 + np.take_along_axis(y, rival, axis=1) - y
        missed = np.where(margins > 0, t, 0)
        dy = -missed
        np.add.at(dy, (rows[:, None], rival), missed)
        return float((missed * np.where(missed > 0, margins, 0)).sum()) / len(y), dy / len(y)

    def check_targets(self, target: Array, n_out: int) -> None:
        if n_out == 1:
            raise ValueError("hinge compares outputs, and there is only one; loss=mean_squared_error fits")
        check_shares("hinge", target, n_out)


@hookimpl
def ravine_losses() -> dict[str, type[Loss]]:
    return {"hinge": Hinge}
