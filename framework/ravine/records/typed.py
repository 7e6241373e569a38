"""Typed: whether what was read from a file has the types that its record declares."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

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
    for name, kind in _hints(type(record)).items():
        value = getattr(record, name)
        if not _fits(value, kind):
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


_hints: Callable[[type], dict[str, Any]] = functools.cache(get_type_hints)


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value has a type: a class, a union, a literal, or a list, tuple or mapping of such."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin in (list, tuple):
        return isinstance(value, origin) and all(_fits(item, inner[0]) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(_fits(item, inner[1]) for item in value.values())
    if origin is not None:
        return isinstance(value, origin)
    # Of Python's types, true and false are whole numbers, and a whole number is not a float.
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, int | float if kind is float else kind)


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
