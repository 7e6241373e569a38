"""Maxout."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Array, Backward, Layer, hookimpl


@dataclass(frozen=True)
class Maxout(Layer):
    r"""Maxout: the largest of some neighbouring units, or of channels.

    .. math:: y_j = \max_{0 \le k < K} x_{j K + k}

    Parameters
    ----------
    pieces : int
        K. After ``{name: affine, units: 200}``, 2 pieces give the 100 outputs of a maxout layer as the paper
        has it; after a convolution the largest is taken over channels.

    References
    ----------
    Goodfellow, Warde-Farley, Mirza, Courville and Bengio 2013, Maxout Networks, section 3.

    Notes
    -----
    Of equal inputs the first gets the gradient.
    """

    pieces: int = 2

    def __post_init__(self) -> None:
        self.require(pieces="[1, inf)")

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        if not in_shape or in_shape[0] % self.pieces:
            raise ValueError(f"pieces = {self.pieces} does not divide the first axis of shape {in_shape}")
        return (in_shape[0] // self.pieces, *in_shape[1:])

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        pieces = x.reshape(len(x), -1, self.pieces, *x.shape[2:])
        largest = pieces.argmax(axis=2, keepdims=True)

        def backward(dy: Array, need_dx: bool = True) -> Array:
            dx = np.zeros(pieces.shape, x.dtype)
            np.put_along_axis(dx, largest, np.expand_dims(dy, 2), axis=2)
            return dx.reshape(x.shape)

        return pieces.max(axis=2), backward


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"maxout": Maxout}
