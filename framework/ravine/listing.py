"""Listing: which components there are, and the card of one."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields

from ravine.component import summary
from ravine.fields import default, type_text
from ravine.names import nearest
from ravine.registry import Entry, Registry, UnknownNameError, source_file
from ravine.vetting import KINDS

__all__ = ["card", "find", "table", "tabular"]

CHOSEN = {
    "optimizer": "optimizer={}",
    "initializer": "initializer={}",
    "layer": "network.activation={} or 'network.layers=[…,{}]'",
    "regularizer": "regularizer={}",
    "loss": "loss={}",
    "schedule": "schedule={}",
    "surface": "problem={}",
    "dataset": "dataset={}",
    "network": "network={}",
    "probe": "'probes=[{}]'",
    "metric": "metric: {} in a claim",
    "figure": "'figures=[{}]'",
}
"""How a component of each kind is asked for."""


def find(registry: Registry, words: Sequence[str]) -> list[Entry]:
    """Return the components that words mean: a kind, a name, or a kind and a name.

    Raises
    ------
    UnknownNameError
        If there is no such kind, or no such name: the nearest ones.
    """
    kind = words[0] if words and words[0] in KINDS else None
    names = words[1:] if kind else words
    if len(names) > 1:
        if len(words) == 2:
            raise UnknownNameError(f"there is no kind {words[0]!r}{nearest(words[0], KINDS)}")
        raise UnknownNameError(f"{' '.join(words)}: it is a kind, a name, or a kind and a name")
    if kind and names:
        return [registry.entry(kind, names[0])]
    found = [entry for entry in registry if (entry.kind == kind if kind else entry.name in names or not names)]
    if not found and names:
        known = {entry.name for entry in registry} | KINDS.keys()
        raise UnknownNameError(f"no kind and no component is called {names[0]!r}{nearest(names[0], known)}")
    return found


def table(entries: Iterable[Entry]) -> str:
    """Return one line a component: kind, name, distribution, and what it is."""
    rows = [(entry.kind, entry.name, entry.distribution, entry.summary) for entry in entries]
    return tabular([("kind", "name", "distribution", "what it is"), *rows])


def tabular(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines with aligned columns; the last column is as wide as it is."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


def card(entry: Entry) -> str:
    """Return all there is to know of a component: how it is chosen, its fields, its docstring and its source.

    Raises
    ------
    PluginError
        If its plugin cannot deliver it.
    """
    cls = entry.cls
    hints = typing.get_type_hints(cls)
    rows = [
        (
            f"  {item.name}",
            type_text(hints[item.name]),
            "has no default" if default(item) is MISSING else f"= {default(item)!r}",
        )
        for item in fields(cls)
    ]
    parts = [
        f"{entry.kind} {entry.name}, of {entry.distribution}",
        summary(cls),
        f"chosen with  {CHOSEN[entry.kind].format(*[entry.name] * 2)}",
        f"fields\n{tabular(rows)}" if rows else "no fields",
    ]
    if entry.kind == "optimizer" and all(default(item) is not MISSING for item in fields(cls)):
        parts.append(f"slots {', '.join(cls().slots) or '(none)'}; sees {cls.sees}")
    rest = inspect.cleandoc(cls.__doc__ or "").partition("\n")[2].strip()
    parts += [rest] if rest else []
    parts.append(f"{cls.__module__}:{cls.__qualname__}, {source_file(cls) or 'no file'}")
    return "\n\n".join(parts)
