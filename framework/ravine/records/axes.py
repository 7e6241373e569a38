"""Axes: the settings that differ between runs, and the labels that are made of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

__all__ = [
    "Settings",
    "axes_of",
    "flat",
    "label",
    "owned_fields",
    "value_of",
    "value_text",
]


class Settings(dict[str, Any]):
    """Settings by their full keys. Printed, it shows the first six and how many there are besides."""

    def __repr__(self) -> str:
        first = [f"{key}={value!r}" for key, value in itertools.islice(self.items(), 6)]
        more = f" and {len(self) - len(first)} more" * (len(self) > len(first))
        return f"Settings({', '.join(first)}{more})"


def label(settings: Mapping[str, Any], axes: Sequence[str], known: Collection[tuple[str, Any]] = ()) -> str:
    """Return the label of a run, made of its values on some axes: ``mine lr=0.01``.

    A field that this run lacks but other runs of the same component have (``known``) was added later. It is
    shown as ``mine lr=–``.
    """
    words = []
    for axis in axes:
        if f"{axis}.name" in settings:
            words.append(str(settings[f"{axis}.name"]))
        elif axis in settings:
            words.append(f"{axis.rpartition('.')[2]}={value_text(settings[axis])}")
        elif (axis, _component(settings, axis)) in known:
            words.append(f"{axis.rpartition('.')[2]}=–")
    return " ".join(words)


def owned_fields(values: Mapping[str, Any], axes: Sequence[str]) -> list[tuple[str, Any]]:
    """Return the fields that a run has on some axes, each with the name of its component."""
    return [(axis, _component(values, axis)) for axis in axes if axis in values]


def _component(values: Mapping[str, Any], key: str) -> Any:
    """Return the name of the component that a field belongs to; None if it belongs to none."""
    return values.get(f"{key.rpartition('.')[0]}.name")


def axes_of(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the keys whose values differ between some configurations: see ``Study.axes``."""

    def differ(key: str, among: Iterable[Mapping[str, Any]]) -> bool:
        return len({repr(config.get(key)) for config in among}) > 1

    axes = []
    for key in dict.fromkeys(key for config in configs for key in config):
        owner, _, last = key.rpartition(".")
        chosen = f"{owner}.name"
        if last == "name" and owner:
            if differ(key, configs):
                axes.append(owner)
        elif any(chosen in config for config in configs):
            choices = {config.get(chosen) for config in configs}
            if any(differ(key, [c for c in configs if c.get(chosen) == choice]) for choice in choices):
                axes.append(key)
        elif differ(key, configs):
            axes.append(key)
    return axes


def value_of(values: Mapping[str, Any], axis: str) -> Any:
    """Return the value of an axis in some settings; None if they do not have it."""
    return values.get(f"{axis}.name", values.get(axis))


def value_text(value: Any) -> str:
    """Return a value as it is typed on the command line."""
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return value if isinstance(value, str) else json.dumps(value)


def flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by their full keys: ``{"optimizer.lr": 0.01}``."""
    values: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            values |= flat(value, f"{prefix}{key}.")
        else:
            values[f"{prefix}{key}"] = value
    return values
