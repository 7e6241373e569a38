"""Composite: it has parts, by name, and these are lists of layers."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from ravine.contracts.composite import Composite
from ravine.engine.promises.values import one_line

__all__ = ["parts_of"]


def parts_of(layer: Composite, name: str) -> dict[str, list[Any]]:
    """Return the layers of a composite's parts, by the parts' names.

    Raises
    ------
    TypeError
        If ``parts`` returns anything but lists, by names that ``p`` can have.
    """
    given: Any = layer.parts()
    if not isinstance(given, Mapping) or not given:
        raise TypeError(
            f"layer {name}: parts returned {one_line(given)}, not a dict of names and lists of layers"
        )
    for part, items in given.items():
        if not (isinstance(part, str) and part.isidentifier() and not keyword.iskeyword(part)):
            raise TypeError(
                f"layer {name}: parts: {part!r} is not a name like 'branch', which forward finds as p.branch"
            )
        if not isinstance(items, list | tuple):
            raise TypeError(f"layer {name}: parts: {part} is {one_line(items)}, not a list of layers")
    return {part: list(items) for part, items in given.items()}
