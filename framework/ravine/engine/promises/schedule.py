"""Schedule: it returns a factor from 0."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real

from ravine.contracts.schedule import Schedule, sees_evaluations
from ravine.engine.promises.values import one_line

__all__ = ["factor"]


def factor(schedule: Schedule, step: int, steps: int, evaluations: Sequence[Mapping[str, float]] = ()) -> float:
    """Return a schedule's factor, a finite number from 0.

    Raises
    ------
    ValueError
        If it returns anything else.
    """
    more = {"evaluations": evaluations} if sees_evaluations(type(schedule)) else {}
    given = schedule.factor(step, steps, **more)
    if isinstance(given, bool) or not (isinstance(given, Real) and 0 <= given < math.inf):
        raise ValueError(f"factor({step}, {steps}) returned {one_line(given)}, not a finite number from 0")
    return float(given)
