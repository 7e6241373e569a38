"""Fields: which fields a component may have, and how they get their values from a configuration."""

from __future__ import annotations

import enum
import functools
import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np

from ravine.base.errors import FieldError
from ravine.base.names import NOT_TEXT, nearest

__all__ = [
    "PLAIN",
    "check_fields",
    "check_numbers",
    "construct",
    "default",
    "free_texts",
    "type_text",
]


PLAIN = (int, float, bool, str)
_IN_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


@functools.cache
def check_fields(cls: Any) -> None:
    """Check that a configuration can hold a class's fields and their defaults.

    Raises
    ------
    FieldError
        If it cannot; the message names the field, and what is possible.
    """
    try:
        hints = typing.get_type_hints(cls)
    # Annotations are expressions, so any error is possible.
    except Exception as error:
        raise FieldError(f"its types cannot be read: {type(error).__name__}: {error}") from error
    known = {item.name: item for item in fields(cls)}
    for name, value in _forgotten(cls, known):
        kind, text = type(value).__name__, repr(value)
        raise FieldError(
            f"{name} = {text} has no type, so it is not a field: write {name}: {kind} = {text}, "
            f"or {name}: ClassVar[{kind}] = {text} if nobody should set it"
        )
    for name in inspect.signature(cls).parameters.keys() ^ known.keys():
        raise FieldError(f"{name} is not a plain field: the constructor must take the fields, and nothing else")
    for name, item in known.items():
        if name == "name" or name.startswith("_"):
            raise FieldError(
                f"no field can be named {name}: a component is chosen by its name, and _ is private"
            )
        kind = type_text(hints[name])
        if owner := next((base for base in cls.__mro__[1:] if _has_of_its_own(base, name)), None):
            raise FieldError(f"no field can be named {name}: {owner.__name__}.{name} is something else")
        if any(name in vars(base) and name not in inspect.get_annotations(base) for base in cls.__mro__):
            raise FieldError(f"{name} gets a value without a type: write {name}: {kind} = …")
        if not _fits(hints[name]):
            raise FieldError(
                f"field {name} is of type {kind}, which no configuration can hold; {_instead(hints[name])}"
            )
        if (given := default(item)) is not MISSING:
            if not _is_plain(given):
                text = " ".join(repr(given).split())
                raise FieldError(f"{name} = {text} by default: no configuration can hold this value")
            try:
                _value(name, given, hints[name])
            except FieldError as error:
                raise FieldError(f"{error}{_or_write(name, given, kind)}") from None


def _forgotten(cls: Any, known: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield names and values of class attributes that look like fields, but have no type.

    Names of the contract are left out, and names that begin with _ or are in capitals: they are not meant to be
    set.
    """
    contract = {name for base in cls.__mro__ if _is_core(base) for name in vars(base)}
    own = [base for base in cls.__mro__ if not _is_core(base) and "__dataclass_fields__" in vars(base)]
    typed = {name for base in own for name in inspect.get_annotations(base)}
    for base in own:
        for name, value in vars(base).items():
            taken = name in contract or name in typed or name in known
            if type(value) in PLAIN and not (taken or name.startswith("_") or name.isupper()):
                yield name, value


def _is_core(base: type) -> bool:
    return base.__module__.partition(".")[0] in ("ravine", "builtins", "abc")


def _instead(hint: Any) -> str:
    """Return what to write instead of a type that no configuration can hold."""
    advice = {
        "tuple": "write the type of its items, for example tuple[float, ...] or tuple[int, int]",
        "list": "write the type of its items, for example list[float]",
        "dict": "write Mapping[str, float], with the type of its values",
        "ndarray": "write tuple[float, ...], and make the array where it is used",
    }
    possible = (
        "it can hold int, float, bool, str, Literal of words, tuple and list of these, Mapping from str to "
        "these, and each of these or None"
    )
    known = get_origin(hint) is dict or not get_args(hint)
    return advice.get(getattr(hint, "__name__", ""), possible) if known else possible


def _or_write(name: str, given: Any, kind: str) -> str:
    """Return the end of an error's sentence: the type that fits the default."""
    if given is None:
        return f"; write {name}: {kind} | None = None"
    return f"; write {name}: {type(given).__name__}, or a different default" if type(given) in PLAIN else ""


def _has_of_its_own(base: Any, name: str) -> bool:
    """Whether a class has an attribute of that name that is not a field."""
    return name in vars(base) and not (is_dataclass(base) and name in {item.name for item in fields(base)})


def _fits(hint: Any) -> bool:
    origin, args = get_origin(hint), get_args(hint)
    # Hydra makes an Enum of a Literal, and members of an Enum are words.
    if origin is Literal:
        return all(isinstance(arg, str) and re.fullmatch(r"[A-Za-z][\w .+-]*", arg) for arg in args) and (
            not {"mro", *NOT_TEXT} & {arg.lower() for arg in args}
        )
    # A value of None and a Mapping can be recognised; of all other types a union may have one.
    if origin in (Union, types.UnionType):
        rest = [arg for arg in args if arg is not type(None) and get_origin(arg) is not Mapping]
        return len(rest) < 2 and all(arg is type(None) or _fits(arg) for arg in args)
    if origin is Mapping and args[0] is not str:
        return False
    if origin in (tuple, list, Sequence, Mapping):
        return bool(args) and all(arg is Ellipsis or _fits(arg) for arg in args)
    return hint in PLAIN or hint is Any


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return value is None or (type(value) in PLAIN and (type(value) is not float or math.isfinite(value)))


def type_text(hint: Any) -> str:
    """Return a type as it is written in code."""
    return str(hint).replace("typing.", "") if get_args(hint) else getattr(hint, "__name__", str(hint))


def default(item: Field[Any]) -> Any:
    """Return a field's default, or ``dataclasses.MISSING``."""
    return item.default if item.default_factory is MISSING else item.default_factory()


def construct(cls: type[Any], values: Mapping[str, Any]) -> Any:
    """Make a component from plain values, checked against its fields.

    Raises
    ------
    FieldError
        If a value does not fit; the message has the field, the value, and what it must be.
    Exception
        Any other error that its constructor raises.
    """
    known = {item.name: item for item in fields(cls)}
    for name in values:
        if name not in known:
            raise FieldError(f"{cls.__name__} has no field {name!r}{nearest(str(name), known)}")
    for name, item in known.items():
        if values.get(name, "???" if default(item) is MISSING else None) == "???":
            raise FieldError(f"{name} is missing: {cls.__name__} needs it")
    hints = _hints(cls)
    whole = {name: default(item) for name, item in known.items() if type(default(item)) is int}
    try:
        # A float field with the default 1 gets 1.0, as it would from a configuration.
        return cls(**{name: _value(name, value, hints[name]) for name, value in {**whole, **values}.items()})
    except ValueError as error:
        raise FieldError(str(error)) from None


def check_numbers(component: Any, dtype: str) -> None:
    """Check that the numbers in a component's fields are still what they are in the type of a run.

    Ranges are tested in Python's numbers, but arrays are computed in the run's type. In it a number may not be
    0 or infinite if it was not before, nor below its normal numbers, which become 0 later, nor 1 if 1 is out of
    its range. That others are rounded does no harm.

    Raises
    ------
    FieldError
        If a number cannot be held; the message has the field, the number and the type.
    """
    hold, smallest = np.dtype(dtype).type, float(np.finfo(dtype).tiny)
    for item in fields(component):
        value = getattr(component, item.name)
        for number in _floats(value):
            with np.errstate(all="ignore"):
                held = float(hold(number))
            fault = f"{item.name} = {number!r} is {held:g} in {dtype}"
            way_out = "training.dtype=float64 can hold it"
            if 0 < abs(held) < smallest:
                below = (
                    f"{item.name} = {number!r} is below the smallest normal number of {dtype}, {smallest:.1e}"
                )
                wider = abs(number) >= np.finfo(np.float64).tiny
                raise FieldError(f"{below}; {way_out}" if wider else below)
            if held != number and (held == 0 or math.isinf(held)):
                raise FieldError(f"{fault}; {way_out}")
            if held != number and abs(held) == 1:
                try:
                    replace(component, **{item.name: _rounded(value, number, held)})
                except ValueError as error:
                    raise FieldError(f"{fault} ({error}); {way_out}") from None


def _floats(value: Any) -> Iterator[float]:
    """Yield the floats in the value of a field."""
    items = value.values() if isinstance(value, Mapping) else value
    for item in items if isinstance(value, tuple | list | Mapping) else (value,):
        if isinstance(item, float):
            yield item


def free_texts(component: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts in a component's fields, with the fields' names, except the words of a Literal."""
    for item in fields(component):
        value, hint = getattr(component, item.name), _hints(type(component))[item.name]
        if str in (hint, *get_args(hint)):
            texts = (value,) if isinstance(value, str) else value if isinstance(value, tuple | list) else ()
            for text in texts:
                yield item.name, text


def _rounded(value: Any, number: float, held: float) -> Any:
    """Return the value of a field with one number in place of another."""
    if isinstance(value, Mapping):
        return {key: held if item == number else item for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(held if item == number else item for item in value)
    return held


_hints: Callable[[Any], dict[str, Any]] = functools.cache(typing.get_type_hints)


def _value(name: str, value: Any, hint: Any) -> Any:
    """Return a plain value in a field's type; a ``FieldError`` says what it must be."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in args:
            return None
        choices = [arg for arg in args if arg is not type(None)]
        fitting = [arg for arg in choices if (get_origin(arg) is Mapping) == isinstance(value, Mapping)]
        return _value(name, value, (fitting or choices)[0])
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise FieldError(f"{name} = {value!r}: it must be a mapping, {{key: value}}")
        return {key: _value(f"{name}.{key}", item, args[1]) for key, item in value.items()}
    if isinstance(value, enum.Enum):
        value = value.value
    if origin is Literal:
        if value not in args:
            raise FieldError(f"{name} = {value!r}: it must be one of {', '.join(map(str, args))}")
        return value
    if origin in (tuple, list, Sequence):
        if not isinstance(value, list | tuple):
            raise FieldError(f"{name} = {value!r}: it must be a list, [{type_text(args[0])}, …]")
        if origin is not tuple:
            return [_value(name, item, args[0]) for item in value]
        if args[-1] is Ellipsis:
            return tuple(_value(name, item, args[0]) for item in value)
        if len(value) != len(args):
            raise FieldError(f"{name} = {list(value)!r}: it must have {len(args)} items, not {len(value)}")
        return tuple(_value(name, item, arg) for item, arg in zip(value, args, strict=True))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in _IN_WORDS and type(value) is not hint:
        quoted = f"; quoted it is text, '{value}'" if hint is str and type(value) in PLAIN else ""
        raise FieldError(f"{name} = {value!r}: it must be {_IN_WORDS[hint]}{quoted}")
    return value
