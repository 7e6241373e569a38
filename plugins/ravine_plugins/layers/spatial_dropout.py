"""Dropout of whole channels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class SpatialDropout(Layer):
    """Spatial dropout: whole channels are 0 with a given chance while training, and the others are scaled up.

    Parameters
    ----------
    ratio : float
        Chance p that a channel is dropped. While training the others are multiplied by 1 / (1 − p); judged,
        nothing happens.

    References
    ----------
    Tompson, Goroshin, Jain, LeCun and Bregler 2015, Efficient Object Localization Using Convolutional Networks,
    section 3.2.

    Notes
    -----
    Channels are the first axis of an example. PyTorch's ``Dropout1d`` and ``Dropout2d``, and Keras's
    ``SpatialDropout1D`` and ``SpatialDropout2D``. Numbers that are neighbours in an image are much alike, so
    that dropping them one by one takes little away.
    """

    ratio: float = 0.5

    def __post_init__(self) -> None:
        self.require(ratio="[0, 1)")

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        if len(in_shape) < 2:
            raise ValueError(
                f"takes examples of shape (channels, …), got shape {in_shape}; inverted_dropout takes vectors"
            )
        return in_shape

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        if not training:
            return x, lambda dy, need_dx=True: dy
        kept = rng.random((*x.shape[:2], *(1 for _ in x.shape[2:])), dtype=np.float32) >= self.ratio
        mask = kept * x.dtype.type(1 / (1 - self.ratio))
        return x * mask, lambda dy, need_dx=True: dy * mask


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"spatial_dropout": SpatialDropout}
