"""Apart: a method on a copy of its component, so that what is tried leaves nothing in the component itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from ravine.fusion.tape import NotFusableError

__all__ = ["Apart"]


class Apart:
    """A method on a copy of its component.

    Parameters
    ----------
    method : callable
        A method, or a function, which has no component.

    Attributes
    ----------
    method : callable
        The method of the copy.

    Raises
    ------
    NotFusableError
        If the component cannot be copied.
    """

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method: Callable[..., Any] = _copy(method)
        self._before = self._fields()

    def has_changed(self) -> bool:
        """Whether the copy has changed itself since it was made, or since this was asked last."""
        before, self._before = self._before, self._fields()
        return not _same(before, self._before)

    def _fields(self) -> Any:
        owner = getattr(self.method, "__self__", None)
        return None if owner is None else _copy(owner.__getstate__())


def _copy(given: Any) -> Any:
    try:
        return copy.deepcopy(given)
    # An array that takes notes is among the fields, or what cannot be copied at all.
    except (NotFusableError, Exception):
        raise NotFusableError("it keeps something in itself that cannot be copied") from None


def _same(one: Any, other: Any) -> bool:
    """Whether two fields have the same content."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return bool(one.shape == other.shape and one.tobytes() == other.tobytes())
    if isinstance(one, dict):
        return [*one] == [*other] and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if hasattr(one, "__dict__"):
        return _same(vars(one), vars(other))
    return bool(one == other)
