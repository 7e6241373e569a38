"""Typed: whether what was read from a file has the types that its record declares."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

__all__ = [
    "checked",
    "each",
]


T = TypeVar("T")


def checked(record: T) -> T:
    """Return a record, a dataclass, if all its fields have their types.

    Raises
    ------
    ValueError
        If one has not; the message says which, and what it must be.
    """
    for name, kind, fits in _fields(type(record)):
        if not fits(value := getattr(record, name)):
            raise ValueError(f"{name} is {value!r:.60}, not {_words(kind)}")
    return record


def each(read: Callable[[Any], T], items: Iterable[Any], place: str) -> tuple[T, ...]:
    """Read all items of a list; the errors of each name the place.

    Raises
    ------
    ValueError
        If one cannot be read.
    """
    try:
        return tuple(map(read, items))
    except KeyError as error:
        raise ValueError(f"{place} has no {error.args[0]}") from None
    except (TypeError, AttributeError):
        raise ValueError(f"{place} is not what it was") from None
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


Fits: TypeAlias = Callable[[Any], bool]
"""Whether a value has a type."""


def _described(record: type) -> list[tuple[str, Any, Fits]]:
    """Return of each field its name, its type, and whether a value has that."""
    return [(name, kind, _fits(kind)) for name, kind in get_type_hints(record).items()]


# Types are looked at once, and values of thousands of runs are.
_fields: Callable[[type], list[tuple[str, Any, Fits]]] = functools.cache(_described)


def _fits(kind: Any) -> Fits:
    """Return whether a value has a type: a class, a union, a literal, or a list, tuple or mapping of such."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda value: True
    if origin in (Union, UnionType):
        several = [*map(_fits, inner)]
        return lambda value: any(fits(value) for fits in several)
    if origin is Literal:
        return lambda value: value in inner
    if origin in (list, tuple):
        fits = _fits(inner[0])
        return lambda value: isinstance(value, origin) and all(map(fits, value))
    if origin is not None and issubclass(origin, Mapping):
        fits = _fits(inner[1])
        return lambda value: isinstance(value, Mapping) and all(map(fits, value.values()))
    if origin is not None:
        return lambda value: isinstance(value, origin)
    # Of Python's types, true and false are whole numbers, and a whole number is not a float.
    wanted = int | float if kind is float else kind
    return lambda value: isinstance(value, wanted) and (kind is bool or not isinstance(value, bool))


def _words(kind: Any) -> str:
    """Return a type in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(map(_words, inner)))
    if origin is Literal:
        return " or ".join(map(repr, inner))
    if origin in (list, tuple):
        return "a list" if inner[0] is Any else f"a list of {_words(inner[0])}"
    if origin is not None:
        return "a mapping of numbers" if inner[1] is float else "a mapping"
    return _PLAIN.get(kind, "a mapping")


_PLAIN: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    NoneType: "nothing",
}
