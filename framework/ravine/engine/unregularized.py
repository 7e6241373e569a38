"""Unregularized: what stands in the place of a regularizer where there are no weights."""

from __future__ import annotations

from dataclasses import dataclass

from ravine.contracts.regularizer import Regularizer

__all__ = ["Unregularized"]


@dataclass(frozen=True)
class Unregularized(Regularizer):
    """No regularizer, for a descent on a surface or a function: these have no weights."""
