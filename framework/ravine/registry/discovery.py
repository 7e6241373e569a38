"""Discovery: which plugins there are."""

from __future__ import annotations

import functools
import pkgutil
import re
from collections.abc import Callable, Iterator
from importlib import metadata
from types import ModuleType

from ravine.base.errors import PluginError
from ravine.registry.blame import imported, reason
from ravine.registry.entry import Plugin
from ravine.registry.outline import outline

__all__ = [
    "entry_points",
    "modules",
]


def entry_points() -> Iterator[tuple[Plugin, Callable[[], object]]]:
    """Yield a plugin by entry point, ravine's own first, each with what imports it.

    One distribution that cannot be read costs no other.
    """
    found: dict[tuple[str, str], tuple[Plugin, Callable[[], object]]] = {}
    for distribution in metadata.distributions():
        try:
            for point in distribution.entry_points.select(group="ravine"):
                owner = _owner(distribution)
                package = re.sub(r"[-_.]+", "-", owner.partition(" ")[0]).lower()
                # Of two versions, the one that is imported.
                found.setdefault((point.name, package), (Plugin(point.name, owner), _importer(point)))
        except Exception as error:
            if _means_us(distribution):
                owner = _owner(distribution)
                refuse = functools.partial(_refuse, f"its entry points: {reason(error)}")
                found.setdefault((owner, owner), (Plugin(owner, owner), refuse))
    for _, plugin in sorted(found.items(), key=lambda item: (not item[1][0].built_in, item[0])):
        yield plugin


def _importer(point: metadata.EntryPoint) -> Callable[[], object]:
    if point.pattern.match(point.value):
        return functools.partial(imported, point.module, point.attr or "")
    return functools.partial(_refuse, f"its entry point {point.value!r} is not a module or module:object")


def modules(package: object, plugin: Plugin) -> Iterator[tuple[Plugin, Callable[[], object]]]:
    """Yield a plugin by module of a package, each with what imports it; none of what is not a package.

    Modules whose name begins with ``_`` are what the others share. Built-in modules are not imported for what
    their text says.
    """
    if not (isinstance(package, ModuleType) and "__path__" in vars(package)):
        return
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not module.name.rpartition(".")[2].startswith("_"):
            yield (
                Plugin(module.name, plugin.distribution, part_of=plugin.part_of or plugin.name),
                functools.partial(_outlined if plugin.built_in else _whole, module),
            )


def _outlined(module: pkgutil.ModuleInfo) -> object:
    return outline(module) or _whole(module)


def _whole(module: pkgutil.ModuleInfo) -> object:
    return imported(module.name, "")


def _means_us(distribution: metadata.Distribution) -> bool:
    """Whether entry points that cannot be read have a group of ours; others' are not our business."""
    try:
        return "[ravine]" in (distribution.read_text("entry_points.txt") or "")
    except Exception:
        return False


def _owner(distribution: metadata.Distribution) -> str:
    try:
        return f"{distribution.name or 'a distribution without a name'} {distribution.version or ''}".strip()
    except Exception:  # its metadata are damaged
        return "a distribution without a name"


def _refuse(why: str) -> None:
    raise PluginError(why)
