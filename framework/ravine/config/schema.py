"""Schema: from the fields of a component class to a typed Hydra node.

What Hydra's types cannot say, the length of a tuple for one, is checked when a component is made.
"""

from __future__ import annotations

import enum
import functools
import types
import typing
from dataclasses import MISSING, field, fields, make_dataclass
from typing import Any, Literal, Union, get_args, get_origin

import omegaconf
from omegaconf import DictConfig, OmegaConf

from ravine.contracts.fields import default

__all__ = [
    "node",
]


class _Choice(enum.Enum):
    """An Enum in place of a Literal, which Hydra does not know; it is written as its value."""

    def __str__(self) -> str:
        return str(self.value)


@functools.cache
def _schema(cls: Any, name: str | None) -> type:
    hints = typing.get_type_hints(cls)
    named: list[Any] = [("name", str, field(default=name))] if name else []
    for item in fields(cls):
        hint, value = hints[item.name], default(item)
        if value is MISSING:
            value = omegaconf.MISSING
        elif get_origin(hint) is Literal:
            value = _hydra_type(hint)[value]
        if isinstance(value, list | tuple | dict):
            made = field(default_factory=functools.partial(_mutable, value))
        else:
            made = field(default=value)
        named.append((item.name, _hydra_type(hint), made))
    return make_dataclass(cls.__name__, named)


def _mutable(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@functools.cache
def _hydra_type(hint: Any) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        # mypy takes the call of an Enum for a look-up.
        made: Any = _Choice
        return made("Choice", {value: value for value in args})
    if origin in (Union, types.UnionType) and len(inner := set(args) - {type(None)}) == 1 < len(args):
        return typing.Optional[_hydra_type(inner.pop())]  # noqa: UP045 - OmegaConf does not know X | None
    if origin in (tuple, list):
        plain = len(set(args) - {Ellipsis}) == 1 and not get_args(args[0])
        return list[_hydra_type(args[0])] if plain else list[Any]  # type: ignore[misc]
    return hint if hint in (int, float, bool, str) else Any


def node(cls: type[Any], name: str | None = None) -> DictConfig:
    """Return a class's typed configuration node; it has the key ``name`` if the class is chosen by a name."""
    # All classes are hashable; mypy does not know it of type[Any].
    hashable: Any = cls
    made = OmegaConf.structured(_schema(hashable, name))
    assert isinstance(made, DictConfig)
    return made
