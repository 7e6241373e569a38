"""Doctor: whether every plugin was loaded, and what is wrong with those that were not."""

from __future__ import annotations

import contextlib
import platform
import re
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from ravine.base.errors import PluginError, PluginWarning
from ravine.base.names import nearest
from ravine.base.tables import tabular
from ravine.config.build import build
from ravine.config.compose import compose
from ravine.config.presets import conf_folder, presets
from ravine.fusion import kernel
from ravine.registry import hookspecs
from ravine.registry.entry import Entry, Plugin
from ravine.registry.installed import version_of
from ravine.registry.kinds import GROUPS, KINDS
from ravine.registry.provenance import requirements, version
from ravine.registry.registry import Registry
from ravine.testing.fusion import fusion_of

__all__ = ["Report", "report"]


# What a plugin offers is counted if it is more than so many; of more kinds than that, all together.
_NAMED = 8
# Letters in a line of a sentence.
_WIDTH = 110


@dataclass(frozen=True)
class Report:
    """What is installed, and what is wrong with it.

    Parameters
    ----------
    versions : dict of str to str
        By package, of ravine, its requirements, Python, and the hooks.
    plugins : list of Plugin
        What became of each.
    rows : list of tuple
        By distribution, what its plugins offer.
    problems : list of str
        Sentences on what is left out, or cannot be used.
    fusion : dict of str to str
        By kind and name of a rule or layer, why NumPy runs a method of it; "" if they are fused.
    compiles : bool
        Whether there is a compiler that can be used.
    """

    versions: dict[str, str]
    plugins: list[Plugin]
    rows: list[tuple[str, str, str, str]]
    problems: list[str]
    fusion: dict[str, str]
    compiles: bool

    def __str__(self) -> str:
        *packages, hooks = self.versions.items()
        versions = ", ".join(f"{name} {version}" for name, version in packages)
        table = tabular([("distribution", "plugin", "status", "offers"), *self.rows])
        loops = textwrap.fill(self._loops(), _WIDTH)
        lines = [f"{versions}, hooks of version {hooks[1]}", "", table, "", loops, ""]
        return "\n".join([*lines, *(self.problems or ["nothing is left out"])])

    def _loops(self) -> str:
        """Return which rules and layers are fused."""
        if not self.compiles:
            return (
                "NumPy runs all rules and layers; with pip install 'ravine[fast]' long runs have compiled loops"
            )
        by_numpy = [name.partition(" ")[2] for name, why in self.fusion.items() if why]
        told = (
            f"{len(self.fusion) - len(by_numpy)} of {len(self.fusion)} rules and layers are fused in long runs"
        )
        others = f"; NumPy runs {', '.join(by_numpy)}: ravine check KIND NAME says why" if by_numpy else ""
        return f"{told} ({_compiler()}){others}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for a program."""
        return {
            "versions": self.versions,
            "plugins": [
                {"name": p.name, "distribution": p.distribution, "status": p.status, "reason": p.reason}
                for p in self.plugins
            ],
            "problems": self.problems,
            "fusion": {name: why or None for name, why in self.fusion.items()},
        }


def report(registry: Registry) -> Report:
    """Return a report on the plugins of a registry.

    Parameters
    ----------
    registry : Registry
        As ``registry.survey`` makes it.
    """
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        folders = registry.config_folders()
    problems = [
        *map(str, registry.failures),
        *_without_requirements(registry),
        *_not_importable(registry),
        *_shadowed(registry, folders),
    ]
    with warnings.catch_warnings():
        # The report has them already.
        warnings.simplefilter("ignore", PluginWarning)
        problems += [*_broken_presets(registry), *_broken_experiments(folders)]
    problems += [*_unread(folders), *_misnamed_groups(), *(str(warning.message) for warning in warned)]
    problems += _unusable_compiler()
    rows = [*_plugins(registry, folders)]
    fusion = dict(_fusion(registry))
    return Report(_versions(), registry.plugins, rows, problems, fusion, not kernel.unusable())


def _compiler() -> str:
    """Return the compiler's name, with its version if it is a package that is installed."""
    return f"llvmlite {version('llvmlite') or ''}".rstrip()


def _unusable_compiler() -> Iterator[str]:
    """Say why the compiler cannot be used, if it is installed."""
    if kernel.is_there() and (why := kernel.unusable()):
        cure = "pip install --force-reinstall 'ravine[fast]', or pip uninstall llvmlite"
        yield f"{why}; long runs are slower; {cure}"


def _fusion(registry: Registry) -> Iterator[tuple[str, str]]:
    """Yield rules and layers by kind and name, each with why NumPy runs a method of it, or nothing."""
    for entry in registry:
        if entry.kind not in ("optimizer", "transform", "layer"):
            continue
        # What is wrong with it the kit says.
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reasons = fusion_of(entry.make({}))
            if reasons:
                yield f"{entry.kind} {entry.name}", next(filter(None, reasons.values()), "")


def _versions() -> dict[str, str]:
    packages = ("ravine", "numpy", "hydra-core", "omegaconf", "pluggy", "matplotlib")
    versions = {package: version_of(package) for package in packages}
    return {**versions, "Python": platform.python_version(), "hooks": str(hookspecs.VERSION)}


def _plugins(registry: Registry, folders: Mapping[Path, str]) -> Iterator[tuple[str, str, str, str]]:
    built_in = [plugin for plugin in registry.plugins if plugin.built_in]
    for status in sorted({plugin.status for plugin in built_in}, reverse=True):
        some = [plugin for plugin in built_in if plugin.status == status]
        counted = _counted(entry for plugin in some for entry in _offered(registry, plugin))
        yield some[0].distribution, f"({len(some)} built-in)", status, ", ".join(counted)
    for plugin in registry.plugins:
        if not plugin.built_in:
            entries = _offered(registry, plugin)
            loaded = plugin.status == "loaded"
            brought = [folder for folder, name in folders.items() if loaded and name == plugin.name]
            files = [f"{name}.yaml" for folder in brought for name in _configurations(folder)]
            offers = [*(f"{entry.kind} {entry.name}" for entry in entries), *files]
            if len(offers) > _NAMED:
                offers = [*_counted(entries), *([f"{len(files)} configurations"] if files else [])]
            yield plugin.distribution, plugin.name, plugin.status, ", ".join(offers)


def _counted(entries: Iterable[Entry]) -> list[str]:
    counts = Counter(entry.kind for entry in entries)
    if len(counts) > _NAMED:
        return [f"{counts.total()} components of {len(counts)} kinds"]
    return [f"{n} {KINDS[kind].plural if n > 1 else kind}" for kind, n in counts.items()]


def _offered(registry: Registry, plugin: Plugin) -> list[Entry]:
    return [entry for entry in registry if entry.plugin == plugin.name and plugin.status == "loaded"]


def _without_requirements(registry: Registry) -> Iterator[str]:
    """Say which distributions have plugins but not a package that they require, and will miss it in a run."""
    loaded = [plugin for plugin in registry.plugins if plugin.status == "loaded" and not plugin.built_in]
    for distribution in dict.fromkeys(plugin.distribution for plugin in loaded):
        for name, always in requirements(distribution.partition(" ")[0]).items():
            if always and version(name) is None:
                yield f"{distribution} requires {name}, which is not installed"


def _not_importable(registry: Registry) -> Iterator[str]:
    """Say which components that are imported only when they are chosen cannot be imported."""
    for entry in registry:
        try:
            _ = entry.cls
        except PluginError as error:
            yield f"plugin {entry.plugin}: {error}"


def _shadowed(registry: Registry, folders: Iterable[Path]) -> Iterator[str]:
    """Say which configurations of plugins cannot be chosen, because another of their name comes first."""
    ours = conf_folder()
    taken = dict.fromkeys(_configurations(ours), f"{ours}'s")
    for group in GROUPS:
        for entry in registry.among(group).values():
            name = f"{group}/{entry.name}"
            if name in taken:
                whose = f"{entry.kind} {entry.name} of {entry.distribution}"
                yield f"{whose} is never chosen: {taken[name]} {name}.yaml comes first"
            taken.setdefault(name, "the component")
    for folder in folders:
        for name in _configurations(folder):
            if name in taken:
                yield f"{folder / name}.yaml is never chosen: {taken[name]} {name} comes first"
            taken.setdefault(name, f"{folder}'s")


def _broken_presets(registry: Registry) -> Iterator[str]:
    """Say which presets of plugins make no component, or not the one that their file names."""
    ours = conf_folder()
    for preset in presets(registry):
        if not preset.file.is_relative_to(ours):
            yield from _broken(preset.file, f"{preset.group}={preset.name}")
            if preset.of == "_self_":
                yield (
                    f"{preset.file}: _self_ comes first in its defaults, so its values have no effect: "
                    "write defaults: [NAME, _self_]"
                )


def _broken_experiments(folders: Iterable[Path]) -> Iterator[str]:
    """Say which experiments of plugins cannot be run."""
    for folder in folders:
        for name in _configurations(folder / "experiment"):
            yield from _broken(folder / "experiment" / f"{name}.yaml", f"experiment={name}")


def _broken(file: Path, chosen: str) -> Iterator[str]:
    """Say why a preset or an experiment cannot be built."""
    try:
        build(compose([chosen]))
    except ValueError as error:
        reason = str(error).removeprefix(f"{chosen.replace('=', '/', 1)}.yaml: ")
        yield f"{file}: {reason.removeprefix(f'{file}, ')}"


def _unread(folders: Iterable[Path]) -> Iterator[str]:
    """Say which files in the configuration folders of plugins are never read."""
    groups = {name.partition("/")[0] for name in (*GROUPS, "experiment", "training", "hydra")}
    for folder in folders:
        for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
            if inner.name not in groups and any(inner.rglob("*.y*ml")):
                yield f"{inner} is not a group of configurations, and never read{nearest(inner.name, groups)}"
        for file in sorted(folder.rglob("*.yml")):
            yield f"{file} is never read: its name has to end with .yaml"


def _misnamed_groups() -> Iterator[str]:
    """Say which entry points are in a group that is never read, but looks like ours."""
    for distribution in metadata.distributions():
        try:
            points = [(point.group, point.name) for point in distribution.entry_points]
            whose = f"{distribution.name} {distribution.version}"
        except Exception:  # noqa: S112 - a damaged plugin is reported as a plugin
            continue
        for group, name in points:
            if re.match(r"ravine[._-]", group):
                yield f"entry point {name} of {whose} is in group {group}, which is never read: write ravine"


def _configurations(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.yaml"))
