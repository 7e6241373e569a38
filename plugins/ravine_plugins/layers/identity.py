"""The identity."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Identity(Layer):
    """Identity: the input as it is, for a network that stays linear.

    .. math:: y = x
    """

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        return x, lambda dy, need_dx=True: dy


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"identity": Identity}
