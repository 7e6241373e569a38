"""Regularizer: its penalty is a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ravine.base.types import Array
from ravine.contracts.regularizer import Regularizer
from ravine.engine.promises.values import is_number, one_line
from ravine.engine.promises.writing import sparing

__all__ = ["penalty"]


def penalty(regularizer: Regularizer, w: Array, asked: Mapping[str, Any]) -> float:
    """Return a regularizer's penalty, a number; ``asked`` is what it asks for by name.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("w", "penalty", regularizer.penalty, w, **asked)
    if not is_number(given):
        raise TypeError(f"penalty returned {one_line(given)}, not a number")
    return float(given)
