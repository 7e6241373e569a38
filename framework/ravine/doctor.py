"""Doctor: what became of every plugin, and why."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator
from importlib import metadata

from ravine import hookspecs
from ravine.groups import GROUPS, conf_folder
from ravine.listing import tabular
from ravine.registry import Entry, Plugin, Registry
from ravine.vetting import KINDS, PluginError

__all__ = ["report"]


def report(registry: Registry) -> tuple[str, bool]:
    """Return what there is to say of a registry's plugins, and whether all is well.

    Parameters
    ----------
    registry : Registry
        As ``registry.survey`` makes it.
    """
    lines = [_versions(), "", tabular([("distribution", "plugin", "status", "offers"), *_plugins(registry)])]
    problems = [*_left_out(registry), *_undeliverable(registry), *_shadowed(registry)]
    lines += ["", *(problems or ["nothing is left out"])]
    return "\n".join(lines), not problems


def _versions() -> str:
    packages = ("ravine", "numpy", "hydra-core", "omegaconf", "pluggy", "matplotlib")
    versions = [f"{package} {metadata.version(package)}" for package in packages]
    return ", ".join([*versions, f"Python {platform.python_version()}, hooks of version {hookspecs.VERSION}"])


def _plugins(registry: Registry) -> Iterator[tuple[str, str, str, str]]:
    built_in = [plugin for plugin in registry.plugins if plugin.built_in]
    for status in sorted({plugin.status for plugin in built_in}, reverse=True):
        some = [plugin for plugin in built_in if plugin.status == status]
        counts = Counter(entry.kind for plugin in some for entry in _offered(registry, plugin))
        offers = ", ".join(f"{n} {KINDS[kind][0].removeprefix('ravine_')}" for kind, n in counts.items())
        yield some[0].distribution, f"({len(some)} built-in)", status, offers
    for plugin in registry.plugins:
        if not plugin.built_in:
            offers = ", ".join(f"{entry.kind} {entry.name}" for entry in _offered(registry, plugin))
            yield plugin.distribution, plugin.name, plugin.status, offers


def _offered(registry: Registry, plugin: Plugin) -> list[Entry]:
    return [entry for entry in registry if entry.plugin == plugin.name and plugin.status == "loaded"]


def _left_out(registry: Registry) -> Iterator[str]:
    for plugin in registry.failures:
        yield f"{plugin}{f' ({plugin.where})' if plugin.where else ''}"


def _undeliverable(registry: Registry) -> Iterator[str]:
    """Say which components cannot be had that are imported only when they are chosen."""
    for entry in registry:
        try:
            _ = entry.cls
        except PluginError as error:
            yield f"plugin {entry.plugin}: {error}"


def _shadowed(registry: Registry) -> Iterator[str]:
    """Say which configurations of plugins nobody can choose, for another has their name and comes first."""
    taken = {
        f"{group}/{name}": "the component" for group, kind in GROUPS.items() for name in registry.entries[kind]
    }
    for folder in [conf_folder(), *registry.config_folders()]:
        for file in sorted(folder.rglob("*.yaml")):
            name = file.relative_to(folder).with_suffix("").as_posix()
            if name in taken:
                yield f"{file} is never chosen: {taken[name]} {name} comes first"
            taken.setdefault(name, f"{folder}'s")
