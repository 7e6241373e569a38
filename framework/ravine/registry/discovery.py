"""Discovery: which plugins there are."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from importlib import metadata

import ravine_plugins

from ravine.base.errors import PluginError
from ravine.registry.blame import imported, reason
from ravine.registry.entry import Plugin

__all__ = [
    "builtin",
    "installed_version",
    "third_parties",
]


def builtin() -> Iterator[tuple[Plugin, Callable[[], object]]]:
    """Yield the built-in plugins, each with what imports it."""
    distribution = f"ravine {installed_version('ravine')}"
    for found in pkgutil.iter_modules(ravine_plugins.__path__, "ravine_plugins."):
        folder = importlib.import_module(found.name)
        for module in pkgutil.iter_modules(folder.__path__, f"{found.name}."):
            if not module.name.rpartition(".")[2].startswith("_"):
                yield (
                    Plugin(module.name, distribution, built_in=True),
                    functools.partial(importlib.import_module, module.name),
                )


def third_parties() -> Iterator[tuple[Plugin, Callable[[], object]]]:
    """Yield plugins by entry point; one distribution that cannot be read costs no other."""
    found: dict[tuple[str, str], tuple[str, metadata.EntryPoint]] = {}
    for distribution in metadata.distributions():
        try:
            for point in distribution.entry_points.select(group="ravine"):
                owner = _owner(distribution)
                package = re.sub(r"[-_.]+", "-", owner.partition(" ")[0]).lower()
                found.setdefault(
                    (point.name, package), (owner, point)
                )  # of two versions, the one that is imported
        except Exception as error:
            if _means_us(distribution):
                owner = _owner(distribution)
                yield Plugin(owner, owner), functools.partial(_refuse, f"its entry points: {reason(error)}")
    for (name, _), (owner, point) in sorted(found.items(), key=lambda item: item[0]):
        readable = point.pattern.match(point.value)
        refuse = functools.partial(_refuse, f"its entry point {point.value!r} is no module, nor module:object")
        found_at = functools.partial(imported, point.module, point.attr or "") if readable else refuse
        yield Plugin(name, owner), found_at


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


def installed_version(distribution: str) -> str:
    """Return the version of a distribution, or that it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "(not installed)"
