"""Listing: which components there are, and the card of one."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields

from ravine.base.errors import UnknownNameError
from ravine.base.names import nearest
from ravine.base.tables import tabular
from ravine.config.presets import Preset
from ravine.contracts.component import summary
from ravine.contracts.fields import default, type_text
from ravine.registry.blame import source_file
from ravine.registry.entry import Entry
from ravine.registry.kinds import ALIASES, CHOSEN, KINDS, nearest_kind
from ravine.registry.registry import Registry

__all__ = [
    "card",
    "filtered",
    "find",
    "table",
]


def find(registry: Registry, words: Sequence[str], presets: Sequence[Preset] = ()) -> list[Entry | Preset]:
    """Return the components, and presets, that words mean: a kind, a name, or a kind and a name.

    Raises
    ------
    UnknownNameError
        If there is no such kind, or no such name: the nearest ones.
    """
    kind = words[0] if words and words[0] in KINDS else None
    names = words[1:] if kind else words
    if len(names) > 1:
        if len(words) == 2:
            raise UnknownNameError(f"there is no kind {words[0]!r}{nearest_kind(words[0])}")
        raise UnknownNameError(f"{' '.join(words)}: it is a kind, a name, or a kind and a name")
    kinds = list(KINDS)
    there = sorted([*registry, *presets], key=lambda one: (kinds.index(one.kind), one.name))
    found = [one for one in there if kind in (None, one.kind) and (one.name in names or not names)]
    if not found and kind and names:
        registry.entry(kind, names[0])  # it says which names there are
    if not found and names and names[0] in ALIASES:
        raise UnknownNameError(f"no kind and no component is called {names[0]!r}{nearest_kind(names[0])}")
    if not found and names:
        known = {one.name for one in there} | KINDS.keys()
        raise UnknownNameError(f"no kind and no component is called {names[0]!r}{nearest(names[0], known)}")
    return found


def filtered(
    registry: Registry,
    found: Sequence[Entry | Preset],
    distribution: str | None = None,
    text: str | None = None,
) -> list[Entry | Preset]:
    """Return what a distribution brings of some components and presets, or what has a text in what it is.

    Parameters
    ----------
    registry : Registry
        All there is.
    found : sequence of Entry or Preset
        What to choose from.
    distribution : str, optional
        Its name, without a version.
    text : str, optional
        Part of the name or of the first line, in small letters or capitals.

    Raises
    ------
    UnknownNameError
        If nothing is left: what there is instead.
    """
    left = list(found)
    if distribution is not None:
        known = {_normal(plugin.distribution.partition(" ")[0]): plugin for plugin in registry.plugins}
        if (plugin := known.get(_normal(distribution))) is None:
            raise UnknownNameError(
                f"--from {distribution}: no plugin is of that distribution{nearest(distribution, known)}"
            )
        left = [one for one in left if one.distribution == plugin.distribution]
        if not left:
            why = f": {plugin}" if plugin.status != "loaded" else ""
            raise UnknownNameError(f"--from {distribution}: it brings nothing of what was asked for{why}")
    if text is not None:
        n, left = len(left), [one for one in left if text.lower() in f"{one.name} {one.summary}".lower()]
        if not left:
            raise UnknownNameError(f"--search {text}: none of {n} has that in its name or its first line")
    return left


def _normal(distribution: str) -> str:
    """Return a distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def table(entries: Iterable[Entry | Preset]) -> str:
    """Return one line a component: kind, name, distribution, and what it is."""
    rows = [(entry.kind, entry.name, entry.distribution, entry.summary) for entry in entries]
    return tabular([("kind", "name", "distribution", "what it is"), *rows])


def card(entry: Entry | Preset) -> str:
    """Return all there is to know of a component: how it is chosen, its fields, its docstring and its source.

    Of a preset its file says it all.

    Raises
    ------
    PluginError
        If its plugin cannot deliver it.
    """
    chosen = f"chosen with  {CHOSEN[entry.kind].format(*[entry.name] * 2)}"
    head = f"{entry.kind} {entry.name}, of {entry.distribution}"
    if isinstance(entry, Preset):
        text = entry.file.read_text("utf-8").strip()
        return "\n\n".join([head, f"preset of {entry.of}", chosen, text, str(entry.file)])
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
        head,
        summary(cls),
        chosen,
        f"fields\n{tabular(rows)}" if rows else "no fields",
    ]
    if entry.kind == "optimizer" and all(default(item) is not MISSING for item in fields(cls)):
        parts.append(f"slots {', '.join(cls().slots) or '(none)'}; sees {cls.sees}")
    rest = inspect.cleandoc(cls.__doc__ or "").partition("\n")[2].strip()
    parts += [rest] if rest else []
    parts.append(f"{cls.__module__}:{cls.__qualname__}, {source_file(cls) or 'no file'}")
    return "\n\n".join(parts)
