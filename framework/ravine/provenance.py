"""Provenance: where a run's components came from, and whether they are still what they were."""

from __future__ import annotations

import functools
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ravine import hookspecs, registry
from ravine.files import sha256
from ravine.recording import Run
from ravine.registry import Entry, UnknownNameError, source_file
from ravine.vetting import PluginError, package

__all__ = ["changes", "differences", "origin", "requirements", "version", "versions"]


def versions(entries: Iterable[Entry] = ()) -> dict[str, Any]:
    """Return versions of everything that computes.

    Parameters
    ----------
    entries : iterable of Entry
        Components that are used; the distributions that bring them, and what those require, are told too.
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


def requirements(distribution: str) -> dict[str, bool]:
    """Return the names of what a distribution requires itself, and whether always, or on some systems only."""
    try:
        required = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:  # its metadata are damaged
        return {}
    lines = [(re.match(r"[\w.-]+", line), line) for line in required if "extra ==" not in line]
    return {name[0]: ";" not in line for name, line in lines if name}


def version(distribution: str) -> str | None:
    """Return the version of a distribution that is installed, or None."""
    try:
        return metadata.version(distribution)
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
    hashable: Any = cls  # so are all classes; mypy doubts it
    return {
        "kind": entry.kind,
        "name": entry.name,
        "class": f"{cls.__module__}:{cls.__qualname__}",
        "distribution": entry.distribution,
        "sha256": _source_hash(hashable),
    }


@functools.cache
def _source_hash(cls: type) -> str | None:
    """Return the SHA-256 of the files that a class is made of.

    They are its own and those of its bases, but for ravine's contracts and Python's own; of a third party all
    modules of its package too, for who knows which of them it asks for help.
    """
    ours = {"ravine", *sys.stdlib_module_names}
    bases = [base for base in cls.__mro__ if package(base.__module__) not in ours]
    files = dict.fromkeys(Path(file) for base in bases if (file := source_file(base)) and Path(file).is_file())
    text = b"".join(map(Path.read_bytes, files))
    if folder := _package_folder(cls):
        for other in sorted({*folder.rglob("*.py")} - files.keys()):
            text += f"\n{other.relative_to(folder).as_posix()}\n".encode() + other.read_bytes()
    return sha256(text) if files else None


def _package_folder(cls: type) -> Path | None:
    """Return the folder of the outermost package of a third party's class, or None where there is none."""
    names = cls.__module__.split(".")
    for n in range(1, len(names)):
        outer = sys.modules.get(".".join(names[:n]))
        if file := getattr(outer, "__file__", None):  # a folder that several distributions share has none
            return Path(file).parent if names[0] != "ravine_plugins" else None
    return None


def changes(runs: Iterable[Run]) -> list[str]:
    """Return sentences on components that runs were made with and that are missing or different now.

    Parameters
    ----------
    runs : iterable of Run
        As they were read back; what a run says nothing about has not changed.
    """
    now = functools.cache(_now)
    sentences: Counter[str] = Counter()
    for run in runs:
        made_of = run.provenance.get("made_of", {}).get("components", {})
        made_with = [then for then in made_of.values() if "kind" in then]
        said = {_change(then, now(then["kind"], then["name"])) for then in made_with}
        sentences.update(said - {None})  # type: ignore[arg-type]  # mypy does not see that None is gone
    return [f"{n} run{'s were' if n > 1 else ' was'} made with {sentence}" for sentence, n in sentences.items()]


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return sentences on what differs in what a run was, and is, made of: see ``Experiment.made_of``."""
    pairs = [(old, now["components"].get(role)) for role, old in then.get("components", {}).items()]
    sentences = [f"it was made with {change}" for old, new in pairs if (change := _change(old, new))]
    if then.get("data") != now["data"]:
        sentences.append("the data have changed")
    return list(dict.fromkeys(sentences))


def _now(kind: str, name: str) -> dict[str, Any] | None:
    try:
        return origin(registry.load().entry(kind, name))
    except (UnknownNameError, PluginError):
        return None


def _gone(then: Mapping[str, Any]) -> str:
    """Say what became of a component that is not there."""
    whose = then["distribution"].partition(" ")[0]
    plugins = [plugin for plugin in registry.load().plugins if plugin.distribution.partition(" ")[0] == whose]
    for plugin in plugins:
        if plugin.built_in and plugin.name != then.get("class", "").partition(":")[0]:
            continue
        if plugin.status == "disabled":
            return "which is disabled (RAVINE_DISABLE_PLUGINS)"
        if plugin.status == "left out":
            return f"which is left out: {plugin.reason}"
    return "which has it no more" if plugins else "which is not installed"


def _change(then: Mapping[str, Any], now: Mapping[str, Any] | None) -> str | None:
    what = f"{then['kind']} {then['name']!r} of {then['distribution']}"
    if now is None:
        return f"{what}, {_gone(then)}"
    if now["distribution"] != then["distribution"]:
        return f"{what}; here is {now['distribution']}"
    if now != then:
        return f"{what}, whose source has changed since"
    return None
