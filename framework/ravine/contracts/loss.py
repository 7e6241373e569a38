"""The contract of a loss: its value and gradient, as means over the batch."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Loss",
    "one_hot",
]


@dataclass(frozen=True)
class Loss(Component, ABC):
    """A distance between outputs and targets.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import Loss, one_hot
    >>> @dataclass(frozen=True)
    ... class Distance(Loss):
    ...     def __call__(self, y, target):
    ...         apart = y - one_hot(target, y)
    ...         return float(np.abs(apart).sum() / len(y)), np.sign(apart) / len(y)
    >>> value, dy = Distance()(np.array([[0.75, 0.5], [0.25, 1.0]]), np.array([0, 1]))
    >>> print(value, dy.tolist())
    0.5 [[-0.5, 0.5], [0.5, 0.0]]
    """

    kind: ClassVar[str] = "loss"

    @abstractmethod
    def __call__(
        self,
        y: Annotated[Array, "batch n_out"],
        target: Annotated[Array, "batch"] | Annotated[Array, "batch n_out"],
    ) -> tuple[float, Annotated[Array, "batch n_out"]]:
        """Return the mean loss of a batch and its gradient with respect to ``y``.

        Parameters
        ----------
        y : (batch, n_out) array
            Outputs of the network; they must not be changed, and those of the next batch may lie in the same
            memory. They may be large, 1e4 in float32, and a batch may have one example.
        target : (batch,) array of int, or (batch, n_out) array
            Class numbers, or a row of targets for each example; they must not be changed. A class number means
            the same as a row with a 1 at that place (``one_hot``).

        Returns
        -------
        value : float
            Mean over the batch, a Python number; it is lower if outputs are right.
        dy : (batch, n_out) array
            Its gradient, in the dtype of ``y``.
        """

    def check_targets(self, target: Annotated[Array, "n"] | Annotated[Array, "n n_out"], n_out: int) -> None:
        """Refuse a dataset's targets that this loss cannot use; by default it can use all.

        Parameters
        ----------
        target : (n,) array of int, or (n, n_out) array
            All targets of the training or test examples; they must not be changed.
        n_out : int
            Number of outputs.

        Raises
        ------
        ValueError
            If they do not fit; the message says what fits.
        """


def one_hot(
    target: Annotated[Array, "batch"] | Annotated[Array, "batch n_out"], y: Annotated[Array, "batch n_out"]
) -> Annotated[Array, "batch n_out"]:
    """Return targets as rows with the shape and dtype of ``y``, given class numbers or rows.

    Examples
    --------
    >>> import numpy as np
    >>> from ravine import one_hot
    >>> print(one_hot(np.array([2, 0]), np.zeros((2, 3))).tolist())
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    if target.ndim == y.ndim:
        return target.astype(y.dtype, copy=False)
    if y.shape[1] <= _FEW and target.shape == y.shape[:-1] and target.dtype.kind in "iu":
        return _identity(y.shape[1], y.dtype).take(target, axis=0)
    rows = np.zeros(y.shape, dtype=y.dtype)
    rows[np.arange(len(y)), target] = 1
    return rows


# Of so many classes all rows are kept: to write them anew took a third of the time of a loss.
_FEW = 256


@functools.lru_cache(maxsize=4)
def _identity(n_out: int, dtype: np.dtype[Any]) -> Array:
    return np.eye(n_out, dtype=dtype)
