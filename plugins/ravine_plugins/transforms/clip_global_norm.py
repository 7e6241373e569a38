"""Clipping by the norm of the whole gradient."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class ClipGlobalNorm(Transform, sees="all"):
    r"""Clipping by global norm: a gradient that is longer than a limit is shortened to it.

    .. math:: g \leftarrow g \min(1, c / \|g\|)

    Parameters
    ----------
    limit : float
        The greatest Euclidean norm c of the gradient of all parameters.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, On the Difficulty of Training Recurrent Neural Networks, Algorithm 1.

    Notes
    -----
    As in Optax and Keras. PyTorch divides by the norm plus 1e-6, which shortens 1e-6 / c more.
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
    return {"clip_global_norm": ClipGlobalNorm}
