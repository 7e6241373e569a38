"""Asked: the place of an array, which notes what a method reads of it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Self

from ravine.contracts.rule import Place

__all__ = ["AskedPlace"]

_FIELDS = tuple(field.name for field in fields(Place))


class AskedPlace(Place):
    """A place that notes which of its fields are read: all, if it is asked for anything else, such as a copy.

    Attributes
    ----------
    read : set of str
        The fields.
    """

    __slots__ = ("read",)
    read: set[str]

    @classmethod
    def of(cls, place: Place) -> Self:
        """Return a place as another is."""
        made = object.__new__(cls)
        object.__setattr__(made, "read", set())
        object.__getattribute__(made, "__dict__").update(vars(place))
        return made

    def __getattribute__(self, name: str) -> Any:
        # Whoever makes or compares places of its class gets plain ones.
        if name == "__class__":
            return Place
        read = object.__getattribute__(self, "read")
        if name == "read":
            return read
        read.update((name,) if name in _FIELDS else _FIELDS)
        return object.__getattribute__(self, name)

    def __reduce_ex__(self, protocol: Any) -> tuple[type[Place], tuple[Any, ...]]:
        return Place, tuple(getattr(self, name) for name in _FIELDS)
