"""Clipping by value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ravine import Array, Transform, hookimpl


@dataclass(frozen=True)
class ClipValue(Transform):
    r"""Clipping by value: no number of the gradient is larger than a limit.

    .. math:: g_i \leftarrow \max(-c, \min(c, g_i))

    Parameters
    ----------
    limit : float
        The greatest absolute value c.

    References
    ----------
    Mikolov 2012, Statistical Language Models Based on Neural Networks, section 3.2.2.

    Notes
    -----
    It changes the direction of the gradient; clipping by norm does not.
    """

    limit: float = 1.0

    def __post_init__(self) -> None:
        self.require(limit="(0, inf)")

    def before(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        np.clip(g, -self.limit, self.limit, out=g)


@hookimpl
def ravine_transforms() -> dict[str, type[Transform]]:
    return {"clip_value": ClipValue}
