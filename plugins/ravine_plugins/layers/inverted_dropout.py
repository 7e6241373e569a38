"""Dropout that scales while training."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class InvertedDropout(Layer):
    """Dropout, inverted: units that are kept are scaled up while training; judged, nothing happens.

    Parameters
    ----------
    ratio : float
        Chance p that a unit is dropped. While training the others are multiplied by 1 / (1 − p).

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, Dropout: A Simple Way to Prevent Neural
    Networks from Overfitting, section 10.

    Notes
    -----
    The form of PyTorch, Keras and Flax; ``dropout`` is the book's.
    """

    ratio: float = 0.5

    def __post_init__(self) -> None:
        self.require(ratio="[0, 1)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        if not training:
            return x, lambda dy, need_dx=True: dy
        mask = (rng.random(x.shape, dtype=np.float32) >= self.ratio) * x.dtype.type(1 / (1 - self.ratio))
        return x * mask, lambda dy, need_dx=True: dy * mask


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"inverted_dropout": InvertedDropout}
