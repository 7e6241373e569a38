"""Axes: the settings that differ between runs."""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final, TypeAlias

__all__ = [
    "ABSENT",
    "MISSING",
    "Context",
    "Settings",
    "axes_of",
    "contexts",
    "flat",
    "found",
    "is_file",
    "named",
    "orders",
    "value_of",
    "value_text",
    "with_absent",
]

Context: TypeAlias = Callable[[str], Hashable]
"""Returns what must be the same in two runs, so that they can be compared by the setting of a key."""

# The most settings of a list's items that are axes of their own; if more differ, the list is one axis.
_INSIDE = 3


ABSENT = ("transform", "stop", "scores", "augment", "training.groups")
"""Lists that a run's configuration leaves out where they are empty, so that its name stays what it was."""


class Missing:
    """The value of a setting that some settings do not have."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Final = Missing()


class Settings(dict[str, Any]):
    """Settings by their full keys. Printed, it shows the first six and how many there are besides."""

    def __repr__(self) -> str:
        first = [f"{key}={value!r}" for key, value in itertools.islice(self.items(), 6)]
        more = f" and {len(self) - len(first)} more" * (len(self) > len(first))
        return f"Settings({', '.join(first)}{more})"


def axes_of(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the keys whose values differ between some settings: see ``Study.axes``."""
    context, axes = contexts(settings), list[str]()
    for key in dict.fromkeys(key for values in settings for key in values):
        if len({repr(values.get(key, MISSING)) for values in settings}) == 1:
            continue
        among: dict[Hashable, dict[str, Any]] = defaultdict(dict)
        for of, values in zip(context, settings, strict=True):
            value = values.get(key, MISSING)
            among[of(key)][repr(value)] = value
        if differing := [[*those.values()] for those in among.values() if len(those) > 1]:
            inside = [_inside(key, values) for values in differing]
            axes += dict.fromkeys(itertools.chain(*inside)) if all(inside) else [key.removesuffix(".name")]
    return axes


def contexts(settings: Sequence[Mapping[str, Any]]) -> list[Context]:
    """Return for each settings of a study their context, in which they are compared with others.

    A field comes with the choice of its component, and a section with that of the problem. A file that sets
    several sections brings all of its settings. What comes with a choice is compared only between runs that
    have made the same choice.
    """
    sections = [{key.partition(".")[0] for key in values} for values in settings]
    with_problem: dict[Any, list[set[str]]] = defaultdict(list)
    for values, there in zip(settings, sections, strict=True):
        with_problem[values.get(_PROBLEM)].append(there)
    come = {
        section
        for section in set[str]().union(*sections)
        if all(len({section in there for there in those}) == 1 for those in with_problem.values())
    }
    files = sorted({key for values in settings for key in values if is_file(values, key)})

    def context(values: Mapping[str, Any], there: set[str]) -> Context:
        chosen, kind = tuple(values.get(file) for file in files), frozenset(there & come)

        def of(key: str) -> Hashable:
            owner = _owner(key, values)
            if key in files:
                return ()
            if key == _PROBLEM:
                return chosen
            return chosen, kind, None if key == owner else values.get(owner)

        return of

    return [context(values, there) for values, there in zip(settings, sections, strict=True)]


_PROBLEM = "problem.name"


def _owner(key: str, values: Mapping[str, Any]) -> str:
    """Return the key of the name of the component whose field a key is, the nearest if one is in another."""
    section = key
    while "." in section:
        section = section.rpartition(".")[0]
        if f"{section}.name" in values:
            break
    return f"{section}.name"


def is_file(values: Mapping[str, Any], key: str) -> bool:
    """Whether a key is that of a file that sets several sections, ``recipe``; its value is the file's name."""
    # Of a configuration's own settings none outside of a section is text.
    return "." not in key and isinstance(values.get(key), str)


def named(settings: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return settings with the names by which components were chosen, and with those that are left out.

    Parameters
    ----------
    settings : dict
        By their full keys.
    chosen : dict of str to str
        By group, the names of presets, and of files that set several sections.
    """
    sections = {key.partition(".")[0] for key in settings}
    names = {f"{key}.name" if key in sections else key: name for key, name in chosen.items()}
    return {**with_absent(settings), **names}


def _inside(key: str, values: Sequence[Any]) -> list[str]:
    """Return the keys that differ within lists of components, ``network.layers.1.units``, if these are few.

    There are none if lists differ in length, or are not of components.
    """
    if not all(isinstance(value, list) for value in values) or len({len(value) for value in values}) != 1:
        return []
    keys: list[str] = []
    for i, items in enumerate(zip(*values, strict=True)):
        fields = [_fields(item) for item in items]
        if all("name" in of for of in fields) and len({of["name"] for of in fields}) > 1:
            keys.append(f"{key}.{i}")
        else:
            every = dict.fromkeys(name for of in fields for name in of)
            differ = [name for name in every if len({repr(of.get(name, MISSING)) for of in fields}) > 1]
            if "" in differ:
                return []
            keys += [f"{key}.{i}.{name}" for name in differ]
    told = {repr([found({key: value}, one) for one in keys]) for value in values}
    # Fields of one name may differ beside the names.
    whole = len(told) == len({repr(value) for value in values})
    return keys if whole and len(keys) <= _INSIDE else []


def _fields(item: Any) -> dict[str, Any]:
    """Return the fields of a component in a list; those of anything else are itself, without a name."""
    return flat(item) if isinstance(item, Mapping) else {"name": item} if isinstance(item, str) else {"": item}


def value_of(values: Mapping[str, Any], axis: str) -> Any:
    """Return the value of an axis in some settings; None if they do not have it."""
    value = found(values, axis)
    return None if value is MISSING else value


def found(values: Mapping[str, Any], axis: str) -> Any:
    """Return the value of an axis in some settings, or ``MISSING``."""
    for key in (f"{axis}.name", axis):
        if key in values:
            return values[key]
    list_key = axis
    while "." in list_key:
        list_key = list_key.rpartition(".")[0]
        if isinstance(items := values.get(list_key), list):
            place, _, field = axis[len(list_key) + 1 :].partition(".")
            if place.isdecimal() and int(place) < len(items):
                return _fields(items[int(place)]).get(field or "name", MISSING)
    return MISSING


def value_text(value: Any) -> str:
    """Return a value as it is typed on the command line."""
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    if isinstance(value, list) and all(isinstance(item, str) and _WORD.fullmatch(item) for item in value):
        return f"[{', '.join(value)}]"
    return value if isinstance(value, str) else json.dumps(value)


_WORD = re.compile(r"[\w/.]+")


def with_absent(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a run with those that its configuration leaves out where they are empty."""
    return {**settings, **{key: [] for key in ABSENT if key not in settings}}


def flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by their full keys: ``{"optimizer.lr": 0.01}``; with orders: see ``orders``."""
    values: dict[str, Any] = {}
    for key, value in config.items():
        where = f"{prefix}{key}"
        if isinstance(value, Mapping):
            if _has_order(where, value):
                values[f"{where}.order"] = ", ".join(map(str, value))
            values |= flat(value, f"{where}.")
        else:
            values[where] = value
    return values


def orders(config: Any, where: str = "") -> dict[str, list[str]]:
    """Return by full key the orders of mappings with which a component may compute, unless alphabetical."""
    found: dict[str, list[str]] = {}
    if isinstance(config, Mapping):
        if where and _has_order(where, config):
            found[where] = [*map(str, config)]
        items = list(config.items())
    else:
        items = list(enumerate(config)) if isinstance(config, list | tuple) else []
    for key, value in items:
        found |= orders(value, f"{where}.{key}" if where else str(key))
    return found


def _has_order(where: str, value: Mapping[str, Any]) -> bool:
    """Whether a mapping may compute by an order that is not alphabetical; one with a name is a component."""
    is_component = isinstance(value.get("name"), str)
    return where not in _FIELDS and not is_component and [*value] != sorted(value, key=str)


_FIELDS = {"training", "schedules"}
"""Sections whose order computes nothing: fields of a class, and schedules, each of which sets its own field."""
