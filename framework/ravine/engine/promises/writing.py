"""Writing: what a component must not change, and what it must change in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ravine.contracts.component import Component
from ravine.engine.in_place import Arrays, Slots

__all__ = ["refuse_returned", "refuse_writing", "sparing", "to_read"]


def to_read(given: Any) -> Any:
    """Return an array, or arrays in order and by name, as views that cannot be written to."""
    if isinstance(given, np.ndarray):
        view = given.view()
        view.setflags(write=False)
        return view
    if isinstance(given, Mapping):
        return Arrays({name: to_read(item) for name, item in given.items()})
    return Slots(map(to_read, given))


def sparing(spared: str, what: str, call: Callable[..., Any], *given: Any, **words: Any) -> Any:
    """Return the result of a call, which must not change what is ``spared``.

    Raises
    ------
    ValueError
        As the call does; if it has written to what it can only read, the message says so.
    """
    try:
        return call(*given, **words)
    except ValueError as error:
        refuse_writing(error, what, spared)
        raise


def refuse_writing(error: ValueError, method: str, spared: str) -> None:
    """Say what a method must not change, if that is what an error is about.

    Raises
    ------
    ValueError
        If the error is NumPy's about an array that cannot be written to.
    """
    if str(error).endswith("read-only"):
        raise ValueError(f"{method} must not change {spared} ({error})") from error


def refuse_returned(component: Component, method: str, given: object, changed: str) -> None:
    """Refuse what a method has returned that works in place, on what is ``changed``.

    Raises
    ------
    TypeError
        Always.
    """
    what = "an array" if isinstance(given, np.ndarray) else f"a {type(given).__name__}"
    raise TypeError(f"{method} returned {what}; it must change {changed} in place, and return nothing")
