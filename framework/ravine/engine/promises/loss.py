"""Loss: it returns the mean over a batch, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.loss import Loss
from ravine.engine.promises.values import is_number, one_line
from ravine.engine.promises.writing import sparing, to_read

__all__ = ["loss_and_gradient"]


def loss_and_gradient(loss: Loss, y: Array, target: Array) -> tuple[float, Array]:
    """Return the mean loss of a batch, a number, and its gradient, an array like ``y``.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    # Layers keep outputs for the way back, and scores see them; the targets are those of a second gradient.
    given: Any = sparing("y or target", "it", loss, to_read(y), to_read(target))
    if not (isinstance(given, tuple) and len(given) == 2):
        raise TypeError(
            f"it returned a {type(given).__name__}, not the mean loss and its gradient: "
            "end it with return value, dy"
        )
    mean, dy = given
    if not is_number(mean):
        raise TypeError(f"its value is {one_line(mean)}, not a number")
    if not isinstance(dy, np.ndarray):
        raise TypeError(f"its gradient is a {type(dy).__name__}, not an array")
    return float(mean), dy
