"""Catalogue: which components, presets and experiments there are, and a card for each."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeAlias

from ravine.base.errors import MissingPackageError, UnknownNameError
from ravine.base.names import nearest
from ravine.base.tables import tabular
from ravine.config.experiments import ExperimentFile
from ravine.config.presets import Preset
from ravine.contracts.component import summary
from ravine.contracts.fields import default, type_text
from ravine.contracts.rule import METHODS, Rule, asks
from ravine.registry.blame import source_file
from ravine.registry.elsewhere import how_to_get
from ravine.registry.entry import Entry
from ravine.registry.kinds import ALIASES, KINDS
from ravine.registry.registry import Registry

__all__ = [
    "as_dict",
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
        A kind, a name, or both; none for everything.
    files : sequence of Preset or ExperimentFile
        Files that can be chosen too; experiments come last, as another kind.

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
    items = sorted([*registry, *files], key=lambda item: (kinds.index(item.kind), item.name))
    found = [item for item in items if kind in (None, item.kind) and (item.name in names or not names)]
    if found or not names:
        return found
    (name,) = names
    asked = KINDS if kind is None else [kind]
    if way := next(filter(None, (how_to_get(each, name) for each in asked)), ""):
        raise MissingPackageError(way)
    if kind is None:
        known = {item.name for item in items}
        possible = "kind, component or experiment" if ExperimentFile.kind in kinds else "kind or component"
        raise UnknownNameError(f"no {possible} is named {name!r}{_nearest_kind(name, kinds, known)}")
    why = registry.missing(kind, name) if kind in KINDS else ""
    why = why or nearest(name, (item.name for item in items if item.kind == kind))
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
    """Return those items that a distribution provides, or that have a text in their name or description.

    Parameters
    ----------
    registry : Registry
        All components.
    found : sequence of Entry, Preset or ExperimentFile
        The items to choose from.
    distribution : str, optional
        Its name, without a version.
    text : str, optional
        Part of the name or of the description; small and capital letters are the same.

    Raises
    ------
    UnknownNameError
        If nothing is left; it says what there is instead.
    """
    left = list(found)
    if distribution is not None:
        known = {_normal(plugin.distribution.partition(" ")[0]): plugin for plugin in registry.plugins}
        if (plugin := known.get(_normal(distribution))) is None:
            raise UnknownNameError(
                f"--from {distribution}: no plugin is from that distribution{nearest(distribution, known)}"
            )
        left = [item for item in left if item.distribution == plugin.distribution]
        if not left:
            why = f": {plugin}" if plugin.status != "loaded" else ""
            raise UnknownNameError(f"--from {distribution}: it provides nothing of what was asked for{why}")
    if text is not None:
        n, left = len(left), [item for item in left if text.lower() in f"{item.name} {item.summary}".lower()]
        if not left:
            raise UnknownNameError(f"--search {text}: none of {n} has that text in its name or description")
    return left


def _normal(distribution: str) -> str:
    """Return a distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def as_dict(item: Item) -> dict[str, Any]:
    """Return an item as plain values, for a program; a component has its fields.

    Raises
    ------
    PluginError
        If the component cannot be imported.
    """
    found = {"kind": item.kind, "name": item.name, "distribution": item.distribution, "says": item.summary}
    if not isinstance(item, Entry):
        return {**found, "file": str(item.file)}
    hints = typing.get_type_hints(item.cls)
    return {
        **found,
        "chosen_with": KINDS[item.kind].chosen(item.name),
        "fields": [
            {"name": each.name, "type": type_text(hints[each.name])}
            | ({} if default(each) is MISSING else {"default": default(each)})
            for each in fields(item.cls)
        ],
    }


def table(items: Iterable[Item]) -> str:
    """Return a table with one line an item: kind, name, distribution, and what it is or asks."""
    rows = [(item.kind, item.name, item.distribution, item.summary) for item in items]
    return tabular([("kind", "name", "distribution", "what it is"), *rows])


def card(item: Item) -> str:
    """Return how a component is chosen, its fields, its docstring and its source.

    The card of a preset or an experiment has its file instead.

    Raises
    ------
    PluginError
        If the component cannot be imported.
    """
    # A table needs nothing of the kit.
    from ravine.testing.references.report import conventions

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
    if issubclass(cls, Rule) and all(default(field) is not MISSING for field in fields(cls)):
        parts.append(_declared(cls))
    rest = inspect.cleandoc(cls.__doc__ or "").partition("\n")[2].strip()
    parts += [rest] if rest else []
    if compared := conventions(item):
        how_far = f"ravine compare {item.kind} {item.name} says how far apart they are"
        parts.append(f"compared with\n{compared}\n{how_far}")
    parts.append(f"{cls.__module__}:{cls.__qualname__}, {source_file(cls) or 'no file'}")
    return "\n\n".join(parts)


def _declared(cls: type[Rule]) -> str:
    """Return what a rule says that it keeps, sees and asks for."""
    slots = f"slots {', '.join(cls().slots) or '(none)'}"
    words = dict.fromkeys(word for method in METHODS if hasattr(cls, method) for word in asks(cls, method))
    asked = [f"asks for {', '.join(words)}"] if words else []
    elsewhere = ["is evaluated elsewhere"] if cls.evaluated is not Rule.evaluated else []
    return "; ".join([slots, f"sees {cls.sees}", *asked, *elsewhere])


def _text(file: Path) -> tuple[str, str]:
    """Return the text of a file, and its path."""
    return file.read_text("utf-8").strip(), str(file)
