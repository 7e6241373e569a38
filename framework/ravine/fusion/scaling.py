"""Scaling: bytes as numbers of another type, times a scale: NumPy's two passes in one loop."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.fusion.assembly import Form, Loop
from ravine.fusion.kernel import compiled
from ravine.fusion.tape import NotFusableError
from ravine.fusion.trial import tried

__all__ = ["Scaling"]


class Scaling:
    """Scales bytes.

    Parameters
    ----------
    dtype : dtype
        float32 or float64.
    scale : float
        What they are multiplied by, in that type.

    Raises
    ------
    NotFusableError
        If its loop gives other bits than NumPy.
    """

    def __init__(self, dtype: DTypeLike, scale: float) -> None:
        of = str(np.dtype(dtype))
        operations = (("cast", (0,), of), ("multiply", (2, -1), of))
        loop = Loop(("uint8", of), (Form.ALL, Form.ALL), (of,), operations, ((1, 3),))
        self._scale = array("d", [scale])
        if fault := tried(loop, self._scale):
            raise NotFusableError(fault)
        self._kernel = compiled(loop)

    def __call__(self, x: Array, out: Array) -> None:
        """Write scaled bytes; both arrays have the same size and lie in C's order."""
        self._kernel(1, x.size, x.ctypes.data, out.ctypes.data, self._scale.buffer_info()[0])
