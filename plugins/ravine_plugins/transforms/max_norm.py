"""Max-norm projection."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Place, Transform, hookimpl


@dataclass(frozen=True)
class MaxNorm(Transform, sees="array"):
    r"""Max-norm: the weights into a unit that are longer than a limit are shortened to it.

    .. math:: w_j \leftarrow w_j \min(1, c / \|w_j\|) \quad \text{for every unit j}

    Parameters
    ----------
    limit : float
        The greatest Euclidean norm c of the weights into one unit.

    References
    ----------
    Srebro, Rennie and Jaakkola 2005, Maximum-Margin Matrix Factorization; for units as in Srivastava and others
    2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, section 5.1.

    Notes
    -----
    The last axis of a weight counts its units. What has one axis is left alone.
    """

    limit: float = 3.0

    def __post_init__(self) -> None:
        self.require(limit="(0, inf)")

    def after(
        self,
        theta: Array,
        previous: Array,
        g: Array,
        state: Sequence[Array],
        *,
        t: int,
        lr: float,
        place: Place,
    ) -> None:
        if place.role != "other" and theta.ndim > 1:
            norm = np.sqrt((theta * theta).sum(axis=tuple(range(theta.ndim - 1)), keepdims=True))
            theta *= self.limit / np.maximum(norm, self.limit)


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"max_norm": MaxNorm}
