"""Apart: a method on a copy of its component, so that what is tried leaves nothing in the component itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from ravine.fusion.tape import NotFusableError

__all__ = ["Apart", "same"]


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
    fields : Any
        The component's fields as they were when it was copied, or when it was asked last whether they change.

    Raises
    ------
    NotFusableError
        If the component cannot be copied.
    """

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method: Callable[..., Any] = _copy(method)
        self.fields = self._now()

    @property
    def code(self) -> tuple[object, ...]:
        """What the method does, beside its component's fields: its function, and the component's class."""
        return getattr(self.method, "__func__", self.method), type(getattr(self.method, "__self__", None))

    def has_changed(self) -> bool:
        """Whether the copy has changed itself since it was made, or since this was asked last."""
        before, self.fields = self.fields, self._now()
        return not same(before, self.fields)

    def _now(self) -> Any:
        owner = getattr(self.method, "__self__", None)
        return None if owner is None else _copy(owner.__getstate__())


def _copy(given: Any) -> Any:
    try:
        return copy.deepcopy(given)
    # An array that takes notes is among the fields, or what cannot be copied at all.
    except (NotFusableError, Exception):
        raise NotFusableError("it keeps something in itself that cannot be copied") from None


def same(one: Any, other: Any) -> bool:
    """Whether two fields have the same content."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, FunctionType | BuiltinFunctionType | type):
        return False
    if isinstance(one, float):
        # 0 and -0 differ, and a NaN is one.
        return repr(one) == repr(other)
    if isinstance(one, np.ndarray):
        return bool(one.shape == other.shape and one.tobytes() == other.tobytes())
    if isinstance(one, dict):
        return [*one] == [*other] and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "__dict__"):
        return same(vars(one), vars(other))
    return bool(one == other)
