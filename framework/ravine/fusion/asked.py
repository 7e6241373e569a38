"""Asked: the place of an array, which notes what a method reads of it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ravine.contracts.rule import Place

__all__ = ["AskedPlace"]

_FIELDS = frozenset(field.name for field in fields(Place))


class AskedPlace(Place):
    """A place that notes which of its fields are read; to compare it reads all.

    Attributes
    ----------
    read : set of str
        The fields.
    """

    read: set[str]

    def __init__(self, place: Place) -> None:
        super().__init__(**vars(place))
        object.__setattr__(self, "read", set())

    def __getattribute__(self, name: str) -> Any:
        if name in _FIELDS:
            object.__getattribute__(self, "read").add(name)
        return object.__getattribute__(self, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and all(getattr(self, name) == getattr(other, name) for name in _FIELDS)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, field.name) for field in fields(Place)))
