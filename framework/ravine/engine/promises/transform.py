"""Transform: it says whether a step follows."""

from __future__ import annotations

from typing import Any

import numpy as np

from ravine.contracts.transform import Transform
from ravine.engine.promises.values import one_line

__all__ = ["waits"]


def waits(transform: Transform, t: int) -> bool:
    """Return whether a transform lets no step follow gradient number ``t``.

    Raises
    ------
    TypeError
        If it returns anything but true or false.
    """
    given: Any = transform.waits(t)
    if not isinstance(given, bool | np.bool_):
        raise TypeError(f"waits({t}) returned {one_line(given)}, not True or False")
    return bool(given)
