"""Provenance: where a run's components came from, and whether they have changed since."""

from __future__ import annotations

import ast
import functools
import platform
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ravine import registry
from ravine.base.errors import MissingPackageError, PluginError, PluginWarning, UnknownNameError
from ravine.records.files import sha256
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.registry import hookspecs
from ravine.registry.blame import package, source_file
from ravine.registry.entry import Entry
from ravine.registry.installed import installed, version_of

__all__ = [
    "changes",
    "differences",
    "made_with",
    "origin",
    "requirements",
    "sampler_changes",
    "version",
    "versions",
    "warn_of_changes",
]


def versions(entries: Iterable[Entry] = ()) -> dict[str, Any]:
    """Return the versions of all packages whose code computes.

    Parameters
    ----------
    entries : iterable of Entry
        The components that are used. Their distributions, and the requirements of these, are included.
    """
    packages = {"ravine", "numpy", "hydra-core", "omegaconf"}
    for owner in {entry.distribution.partition(" ")[0] for entry in entries} - packages:
        packages |= {owner, *requirements(owner)}
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "hooks": hookspecs.VERSION,
        "versions": {name: its for name in sorted(packages) if (its := version(name))},
    }


# Cached, because a loaded package stays the same even if a different version is installed meanwhile.
@functools.cache
def requirements(distribution: str) -> dict[str, bool]:
    """Return the names of a distribution's direct requirements; True for those that every system needs."""
    try:
        required = installed(distribution).requires or []
    # Its metadata are damaged.
    except metadata.PackageNotFoundError:
        return {}
    lines = [(re.match(r"[\w.-]+", line), line) for line in required if "extra ==" not in line]
    return {name[0]: ";" not in line for name, line in lines if name}


@functools.cache
def version(distribution: str) -> str | None:
    """Return the version of a distribution, or None if it is not installed."""
    try:
        return version_of(distribution)
    except metadata.PackageNotFoundError:
        return None


def origin(entry: Entry) -> dict[str, Any]:
    """Return a component's kind, name, class, distribution with its version, and SHA-256 of its sources.

    Raises
    ------
    PluginError
        If its plugin cannot deliver it.
    """
    cls = entry.cls
    # All classes are hashable, but mypy does not know it.
    hashable: Any = cls
    return {
        "kind": entry.kind,
        "name": entry.name,
        "class": f"{cls.__module__}:{cls.__qualname__}",
        "distribution": entry.distribution,
        "sha256": _source_hash(hashable, entry.distribution.partition(" ")[0], entry.built_in),
    }


@functools.cache
def _source_hash(cls: type, distribution: str, built_in: bool) -> str | None:
    """Return the SHA-256 of the files that a class is made of.

    These are its own file and those of its bases, without ravine's contracts and Python's library. For a class
    of a third party also all modules of its package, because it may use any of them, and the modules beside the
    package that it imports.
    """
    ours = {"ravine", *sys.stdlib_module_names}
    bases = [base for base in cls.__mro__ if package(base.__module__) not in ours]
    files = dict.fromkeys(Path(file) for base in bases if (file := source_file(base)) and Path(file).is_file())
    if not files:
        return None
    text = b"".join(map(Path.read_bytes, files))
    others: set[Path] = set()
    if not built_in and (folder := _package_folder(cls)):
        others = {*folder.rglob("*.py")} - files.keys()
        for other in sorted(others):
            text += _labelled(other, folder)
    if not built_in and (root := _root(cls)):
        for other in sorted(_helpers({*files, *others}, root, distribution)):
            text += _labelled(other, root)
    return sha256(text)


def _labelled(file: Path, folder: Path) -> bytes:
    return f"\n{file.relative_to(folder).as_posix()}\n".encode() + file.read_bytes()


def _package_folder(cls: type) -> Path | None:
    """Return the folder of the outermost package of a class, or None where there is none."""
    names = cls.__module__.split(".")
    for n in range(1, len(names)):
        outer = sys.modules.get(".".join(names[:n]))
        if file := getattr(outer, "__file__", None):  # a folder that several distributions share has none
            return Path(file).parent
    return None


def _root(cls: type) -> Path | None:
    """Return the folder of Python's path that a class was imported from, or None if it has no file."""
    file = Path(source_file(cls) or "")
    above = [file.parent, *file.parents] if file.name == "__init__.py" else [file, *file.parents]
    depth = cls.__module__.count(".") + 1
    return above[depth] if file.is_file() and depth < len(above) else None


def _helpers(files: set[Path], root: Path, distribution: str) -> set[Path]:
    """Return the modules in a folder of Python's path that some of its files import, directly or indirectly.

    In a folder of installed packages only the modules of the distribution count.
    """
    own = _installed(distribution) if root.name in ("site-packages", "dist-packages") else None
    found: set[Path] = set()
    to_read = [file for file in files if file.is_relative_to(root)]
    while to_read:
        imported = {file for file in _imports(to_read.pop(), root) if own is None or file in own}
        to_read += imported - found - files
        found |= imported
    return found - files


def _installed(distribution: str) -> set[Path]:
    """Return the files that an installer has recorded for a distribution."""
    try:
        return {Path(str(file.locate())) for file in installed(distribution).files or []}
    # Its metadata are damaged.
    except metadata.PackageNotFoundError:
        return set()


def _imports(file: Path, root: Path) -> set[Path]:
    """Return the modules in a folder that a file imports anywhere in its text."""
    try:
        tree = ast.parse(file.read_bytes())
    # Such a file cannot be imported.
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = list(file.relative_to(root).parent.parts)
            base = above[: len(above) + 1 - node.level] if node.level else []
            start = ".".join([*base, *filter(None, [node.module])])
            names |= {start} | {f"{start}.{alias.name}".lstrip(".") for alias in node.names}
    paths = {root.joinpath(*name.split(".")[:n]) for name in names for n in range(1, name.count(".") + 2)}
    modules = {file for path in paths for file in (path.with_suffix(".py"), path / "__init__.py")}
    return {module for module in modules if module.is_file()}


def changes(runs: Iterable[Run]) -> list[str]:
    """Return sentences on components of runs that are missing or different now.

    Parameters
    ----------
    runs : iterable of Run
        As they were read back. A component that a run does not record counts as unchanged.
    """
    now = functools.cache(_now)
    sentences: Counter[str] = Counter()
    for run in runs:
        made_of = run.provenance.get("made_of", {}).get("components", {})
        origins = [then for then in made_of.values() if "kind" in then]
        found = {_change(then, now(then["kind"], then["name"])) for then in origins}
        sentences.update(found - {None})  # type: ignore[arg-type]  # mypy does not see that None is gone
    return [f"{n} run{'s were' if n > 1 else ' was'} made with {sentence}" for sentence, n in sentences.items()]


def warn_of_changes(study: Study) -> None:
    """Warn of components of a study's runs that are missing or different now."""
    for sentence in changes(study.runs.values()):
        warnings.warn(f"{study.folder}: {sentence}", PluginWarning, stacklevel=2)


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return sentences on what differs in what a run was made of, then and now: see ``Experiment.made_of``."""
    pairs = [(old, now["components"].get(role)) for role, old in then.get("components", {}).items()]
    sentences = [f"it was made with {change}" for old, new in pairs if (change := _change(old, new))]
    if then.get("data") != now["data"]:
        sentences.append("the data have changed")
    return list(dict.fromkeys(sentences))


def _now(kind: str, name: str) -> dict[str, Any] | None:
    try:
        return origin(registry.load().entry(kind, name))
    except (UnknownNameError, MissingPackageError, PluginError):
        return None


def _gone(then: Mapping[str, Any]) -> str:
    """Return the end of a sentence: why a component is missing now."""
    whose = then["distribution"].partition(" ")[0]
    plugins = [plugin for plugin in registry.load().plugins if plugin.distribution.partition(" ")[0] == whose]
    for plugin in plugins:
        if plugin.part_of and plugin.name != then.get("class", "").partition(":")[0]:
            continue
        if plugin.status == "disabled":
            return "which is disabled (RAVINE_DISABLE_PLUGINS)"
        if plugin.status == "left out":
            return f"which is left out: {plugin.reason}"
    return "which does not have it any more" if plugins else "which is not installed"


def _change(then: Mapping[str, Any], now: Mapping[str, Any] | None) -> str | None:
    """Return what has changed in the origin of a component, or None if nothing has."""
    what = f"{then['kind']} {then['name']!r} of {then['distribution']}"
    if now is None:
        return f"{what}, {_gone(then)}"
    if now["distribution"] != then["distribution"]:
        return f"{what}; now it is {now['distribution']}"
    if now != then:
        return f"{what}, whose source has changed since"
    return None


def made_with(entry: Entry) -> dict[str, Any]:
    """Return where a sampler comes from, and the versions of the packages that it uses.

    Parameters
    ----------
    entry : Entry
        The sampler's entry.

    Raises
    ------
    PluginError
        If its plugin cannot deliver it.
    """
    owner = entry.distribution.partition(" ")[0]
    names = {*entry.cls.packages, *([] if owner == "ravine" else requirements(owner))} - {"ravine"}
    return {
        "origin": origin(entry),
        "versions": {name: its for name in sorted(names) if (its := version(name))},
    }


def sampler_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what was different in an earlier sampler, or in the packages that it used."""
    was, is_ = ({"components": {"sampler": made["origin"]}, "data": None} for made in (then, now))
    packages = [
        f"{name} {its}; now it is {now['versions'].get(name, 'not installed')}"
        for name, its in then["versions"].items()
        if now["versions"].get(name) != its
    ]
    return [sentence.removeprefix("it was made with ") for sentence in differences(was, is_)] + packages
