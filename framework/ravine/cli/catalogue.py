"""Listing: which components, presets and experiments there are, and the card of one."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TypeAlias

from ravine.base.errors import MissingPackageError, UnknownNameError
from ravine.base.names import nearest
from ravine.base.tables import tabular
from ravine.config.experiments import ExperimentFile
from ravine.config.presets import Preset
from ravine.contracts.component import summary
from ravine.contracts.fields import default, type_text
from ravine.registry.blame import source_file
from ravine.registry.elsewhere import how_to_get
from ravine.registry.entry import Entry
from ravine.registry.kinds import ALIASES, KINDS
from ravine.registry.registry import Registry

__all__ = [
    "card",
    "filtered",
    "find",
    "table",
]


File: TypeAlias = Preset | ExperimentFile
Item: TypeAlias = Entry | File


def find(registry: Registry, words: Sequence[str], files: Sequence[File] = ()) -> list[Item]:
    """Return the components and files that words mean: a kind, a name, or a kind and a name.

    Parameters
    ----------
    registry : Registry
        All components.
    words : sequence of str
        What is asked for; nothing for all.
    files : sequence of Preset or ExperimentFile
        What else there is; experiments come last, as a kind of their own.

    Raises
    ------
    UnknownNameError
        If there is no such kind, or no such name: the nearest ones.
    MissingPackageError
        If it is in a package of ravine's that is not installed: how to get it.
    """
    kinds = list(dict.fromkeys([*KINDS, *(file.kind for file in files)]))
    kind = words[0] if words and words[0] in kinds else None
    names = words[1:] if kind else words
    if len(names) > 1:
        if len(words) == 2:
            raise UnknownNameError(f"there is no kind {words[0]!r}{_nearest_kind(words[0], kinds)}")
        raise UnknownNameError(f"{' '.join(words)}: it is a kind, a name, or a kind and a name")
    there = sorted([*registry, *files], key=lambda item: (kinds.index(item.kind), item.name))
    found = [item for item in there if kind in (None, item.kind) and (item.name in names or not names)]
    if found or not names:
        return found
    (name,) = names
    asked = KINDS if kind is None else [kind]
    if way := next(filter(None, (how_to_get(each, name) for each in asked)), ""):
        raise MissingPackageError(way)
    if kind is None:
        known = {item.name for item in there}
        what = "kind, component or experiment" if ExperimentFile.kind in kinds else "kind or component"
        raise UnknownNameError(f"no {what} is named {name!r}{_nearest_kind(name, kinds, known)}")
    why = registry.missing(kind, name) if kind in KINDS else ""
    why = why or nearest(name, (item.name for item in there if item.kind == kind))
    raise UnknownNameError(f"no {kind} is named {name!r}{why}")


def _nearest_kind(word: str, kinds: Sequence[str], names: Iterable[str] = ()) -> str:
    """Return the end of an error's sentence: the kind, or the name, that a word may have meant."""
    meant = {**ALIASES, "experiments": ExperimentFile.kind}.get(word)
    return f"; did you mean {meant}?" if meant in kinds else nearest(word, [*kinds, *names])


def filtered(
    registry: Registry,
    found: Sequence[Item],
    distribution: str | None = None,
    text: str | None = None,
) -> list[Item]:
    """Return what a distribution brings of some components and files, or what has a text in what it is.

    Parameters
    ----------
    registry : Registry
        All there is.
    found : sequence of Entry, Preset or ExperimentFile
        What to choose from.
    distribution : str, optional
        Its name, without a version.
    text : str, optional
        Part of the name or of what it is, in small letters or capitals.

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
            raise UnknownNameError(f"--search {text}: none of {n} has that in its name or in what it is")
    return left


def _normal(distribution: str) -> str:
    """Return a distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def table(items: Iterable[Item]) -> str:
    """Return one line an item: kind, name, distribution, and what it is or asks."""
    rows = [(item.kind, item.name, item.distribution, item.summary) for item in items]
    return tabular([("kind", "name", "distribution", "what it is"), *rows])


def card(item: Item) -> str:
    """Return all there is to know of a component: how it is chosen, its fields, its docstring and its source.

    Of a preset and of an experiment their file says it all.

    Raises
    ------
    PluginError
        If its plugin cannot deliver it.
    """
    head = f"{item.kind} {item.name}, of {item.distribution}"
    if isinstance(item, ExperimentFile):
        return "\n\n".join([head, f"chosen with  -m experiment={item.name}", *_text(item.file)])
    chosen = f"chosen with  {KINDS[item.kind].chosen(item.name)}"
    if isinstance(item, Preset):
        return "\n\n".join([head, f"preset of {item.of}", chosen, *_text(item.file)])
    cls = item.cls
    hints = typing.get_type_hints(cls)
    rows = [
        (
            f"  {field.name}",
            type_text(hints[field.name]),
            "has no default" if default(field) is MISSING else f"= {default(field)!r}",
        )
        for field in fields(cls)
    ]
    parts = [
        head,
        summary(cls),
        chosen,
        f"fields\n{tabular(rows)}" if rows else "no fields",
    ]
    if item.kind == "optimizer" and all(default(field) is not MISSING for field in fields(cls)):
        parts.append(f"slots {', '.join(cls().slots) or '(none)'}; sees {cls.sees}")
    rest = inspect.cleandoc(cls.__doc__ or "").partition("\n")[2].strip()
    parts += [rest] if rest else []
    parts.append(f"{cls.__module__}:{cls.__qualname__}, {source_file(cls) or 'no file'}")
    return "\n\n".join(parts)


def _text(file: Path) -> tuple[str, str]:
    """Return what a file says, and where it is."""
    return file.read_text("utf-8").strip(), str(file)
