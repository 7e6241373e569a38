"""Clipping by the norm of each array."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class ClipNorm(Transform, sees="array"):
    r"""Clipping by norm: the gradient of an array that is longer than a limit is shortened to it.

    .. math:: g \leftarrow g \min(1, c / \|g\|) \quad \text{for each array}

    Parameters
    ----------
    limit : float
        The greatest Euclidean norm c of the gradient of one array.

    References
    ----------
    Pascanu, Mikolov and Bengio 2013, On the Difficulty of Training Recurrent Neural Networks, Algorithm 1, for
    each array by itself.

    Notes
    -----
    As in Optax (``clip_by_block_rms`` divides by the root of the size too) and Keras (``clipnorm``).
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
    return {"clip_norm": ClipNorm}
