"""Reader: the inputs of a batch as a network takes them, in the same memory for each batch."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import numpy as np

from ravine.base.types import Array
from ravine.fusion.scaling import Scaling
from ravine.fusion.tape import NotFusableError

__all__ = ["Reader"]


class Reader:
    """Reads inputs, scaled and in a network's type.

    What it returns is overwritten when as many inputs are read again.

    Parameters
    ----------
    x : (n, *in_shape) array
        All inputs, in the type in which they are stored.
    scale : float
        What they are multiplied by.
    dtype : dtype
        float32 or float64.
    """

    def __init__(self, x: Annotated[Array, "n *in_shape"], scale: float, dtype: np.dtype[Any]) -> None:
        self._x, self._scale, self._dtype = x, scale, dtype
        self._scaling: Scaling | None = None
        self._memory: dict[int, Array] = {}
        # By their number, the inputs that are in the memory.
        self._held: dict[int, Array] = {}

    def fuse(self) -> None:
        """Scale bytes in one loop, if it gives the same bits."""
        if self._x.dtype == np.uint8:
            with contextlib.suppress(NotFusableError):
                self._scaling = Scaling(self._dtype, self._scale)

    def __call__(self, numbers: Annotated[Array, "batch"]) -> Annotated[Array, "batch *in_shape"]:
        """Return the inputs with these numbers."""
        return self._written(self._x.take(numbers, axis=0))

    def scaled(self, x: Annotated[Array, "batch *in_shape"]) -> Annotated[Array, "batch *in_shape"]:
        """Return inputs of the same kind.

        An array that has not been changed is not scaled again, if no other of its length came between.
        """
        return self._memory[len(x)] if self._held.get(len(x)) is x else self._written(x)

    def _written(self, x: Array) -> Array:
        out = self._room(len(x))
        if self._scaling and x.dtype == np.uint8 and x.flags.c_contiguous:
            self._scaling(x, out)
        else:
            np.copyto(out, x, casting="unsafe")
            out *= self._scale
        # Last: before, they would be taken for inputs that an interruption has left half written.
        self._held[len(x)] = x
        return out

    def _room(self, n: int) -> Array:
        if n not in self._memory:
            self._memory[n] = np.empty((n, *self._x.shape[1:]), self._dtype)
        return self._memory[n]
