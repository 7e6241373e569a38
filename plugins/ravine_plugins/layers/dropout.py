"""Dropout as the book has it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout: units are 0 with a given chance while training, and all are scaled when judged.

    Parameters
    ----------
    ratio : float
        Chance p that a unit is dropped. Judged, outputs are multiplied by 1 − p.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, Dropout: A Simple Way to Prevent Neural
    Networks from Overfitting, section 4.

    Notes
    -----
    This is the paper's and the book's form. PyTorch, Keras and Flax scale while training instead:
    ``inverted_dropout``. The expectation is the same; gradients differ by 1 / (1 − p), so one learning rate is
    not the same for both.
    """

    ratio: float = 0.5

    def __post_init__(self) -> None:
        self.require(ratio="[0, 1)")

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        if not training:
            keep = 1 - self.ratio
            return x * keep, lambda dy, need_dx=True: dy * keep
        mask = rng.random(x.shape, dtype=np.float32) >= self.ratio
        return x * mask, lambda dy, need_dx=True: dy * mask


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"dropout": Dropout}
