"""Stop: it says whether a run ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ravine.contracts.stop import Stop
from ravine.engine.promises.values import one_line

__all__ = ["ends"]


def ends(stop: Stop, evaluations: Sequence[Mapping[str, float]], gradients: int, seconds: float) -> bool:
    """Return whether a stop ends a run.

    Raises
    ------
    TypeError
        If it returns anything but true or false.
    """
    given: Any = stop.ends(evaluations, gradients=gradients, seconds=seconds)
    if not isinstance(given, bool | np.bool_):
        raise TypeError(f"ends returned {one_line(given)}, not True or False")
    return bool(given)
