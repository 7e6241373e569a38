"""Score: it returns a finite number."""

from __future__ import annotations

import math

import numpy as np

from ravine.base.types import Array
from ravine.contracts.score import Score
from ravine.engine.promises.values import is_number, one_line
from ravine.engine.promises.writing import sparing, to_read

__all__ = ["scored"]


def scored(score: Score, y: Array, target: Array) -> float:
    """Return a score, a number.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given = sparing("y or target", "score", score.score, to_read(y), to_read(target))
    # If outputs are not finite, the run has diverged.
    if not is_number(given) or (not math.isfinite(given) and np.isfinite(y).all()):
        raise TypeError(f"score returned {one_line(given)}, not a finite number")
    return float(given)
