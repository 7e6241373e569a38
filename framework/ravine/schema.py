"""Schema: from the fields of a component class to a typed Hydra node, and from plain values back to fields.

What Hydra's types cannot say, the length of a tuple for one, is checked on the way back.
"""

from __future__ import annotations

import enum
import functools
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, field, fields, make_dataclass
from typing import Any, Literal, Union, get_args, get_origin

import omegaconf
from omegaconf import DictConfig, OmegaConf

from ravine.registry import nearest

__all__ = ["FieldError", "construct", "node"]


class _Choice(enum.Enum):
    """Hydra's stand-in for a Literal; it is written as its value."""

    def __str__(self) -> str:
        return str(self.value)


class FieldError(ValueError):
    """A field is unknown, missing or of a wrong type or value; the message says which."""


@functools.cache
def _schema(cls: Any, name: str | None) -> type:
    hints = typing.get_type_hints(cls)
    named: list[Any] = [("name", str, field(default=name))] if name else []
    for item in fields(cls):
        if item.default is not MISSING:
            default: Any = item.default
        elif item.default_factory is not MISSING:
            default = item.default_factory()
        else:
            default = omegaconf.MISSING
        hint = hints[item.name]
        if get_origin(hint) is Literal and default != omegaconf.MISSING:
            default = _hydra_type(hint)[default]
        if isinstance(default, list | tuple | dict):
            made = field(default_factory=functools.partial(_mutable, default))
        else:
            made = field(default=default)
        named.append((item.name, _hydra_type(hint), made))
    return make_dataclass(cls.__name__, named)


def _mutable(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default


@functools.cache
def _hydra_type(hint: Any) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        made: Any = _Choice  # mypy takes a call of an Enum with members to come for a look-up
        return made("Choice", {value: value for value in args})
    if origin in (Union, types.UnionType) and type(None) in args:
        (inner,) = (arg for arg in args if arg is not type(None))
        return typing.Optional[_hydra_type(inner)]  # noqa: UP045 - OmegaConf knows no X | None
    if origin in (tuple, list):
        return list[_hydra_type(args[0])] if len(set(args) - {Ellipsis}) == 1 else list[Any]  # type: ignore[misc]
    return hint if hint in (int, float, bool, str) else Any


def node(cls: type[Any], name: str | None = None) -> DictConfig:
    """Return a class's typed configuration node, with the key ``name`` if it is chosen by one."""
    hashable: Any = cls  # so are all classes; mypy doubts it of Any's
    made = OmegaConf.structured(_schema(hashable, name))
    assert isinstance(made, DictConfig)
    return made


def construct(cls: type[Any], values: Mapping[str, Any]) -> Any:
    """Make a component from plain values, checked against its fields.

    Raises
    ------
    FieldError
        Naming the field, what it must be, and what was given.
    """
    known = {item.name: item for item in fields(cls)}
    for name in values:
        if name not in known:
            raise FieldError(f"{cls.__name__} has no field {name!r}{nearest(str(name), known)}")
    for name, item in known.items():
        if item.default is MISSING and item.default_factory is MISSING and values.get(name, "???") == "???":
            raise FieldError(f"{name} is missing: {cls.__name__} needs it")
    hints = typing.get_type_hints(cls)
    try:
        return cls(**{name: _value(name, value, hints[name]) for name, value in values.items()})
    except (ValueError, TypeError) as error:
        raise FieldError(str(error)) from None


def _value(name: str, value: Any, hint: Any) -> Any:
    """Return a plain value as a field's type, or say what it must be."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in args:
            return None
        choices = [arg for arg in args if arg is not type(None)]
        fitting = [arg for arg in choices if (get_origin(arg) is Mapping) == isinstance(value, Mapping)]
        return _value(name, value, (fitting or choices)[0])
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise FieldError(f"{name} = {value!r}: it is a mapping, {{key: value}}")
        return dict(value)
    if isinstance(value, enum.Enum):
        value = value.value
    if origin is Literal:
        if value not in args:
            raise FieldError(f"{name} = {value!r}: it is one of {', '.join(map(str, args))}")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise FieldError(f"{name} = {value!r}: it is a list, [{args[0].__name__}, …]")
        if args[-1] is Ellipsis:
            return tuple(_value(name, item, args[0]) for item in value)
        if len(value) != len(args):
            raise FieldError(f"{name} = {list(value)!r}: it has {len(args)} items, not {len(value)}")
        return tuple(_value(name, item, arg) for item, arg in zip(value, args, strict=True))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, float, bool, str) and type(value) is not hint:
        raise FieldError(f"{name} = {value!r}: it is of type {hint.__name__}")
    return value
