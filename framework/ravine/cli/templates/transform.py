"""The transform my_name: replace what it changes, its fields and its docstring by your own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Transform, hookimpl

RAVINE_HOOKS = 1  # the version of the hooks that this is written for


@dataclass(frozen=True)
class MyName(Transform, sees="all"):
    r"""Clipping: a gradient that is longer than a limit is shortened to it.

    .. math:: g \leftarrow g \min(1, c / \|g\|)

    Parameters
    ----------
    limit : float
        The greatest Euclidean norm c of the whole gradient.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, On the Difficulty of Training Recurrent Neural Networks, Algorithm 1.
    (Replace it by the paper and the algorithm of your own.)
    """

    limit: float = 1.0

    def __post_init__(self) -> None:
        self.require(limit="(0, inf)")

    def before(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        norm = float(np.linalg.norm(g))
        if norm > self.limit:
            g *= self.limit / norm


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"my_name": MyName}
