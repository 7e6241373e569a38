"""Provenance: where a run's components came from, and whether they have changed since."""

from __future__ import annotations

import functools
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ravine import registry
from ravine.base.errors import MissingPackageError, PluginError, PluginWarning, UnknownNameError
from ravine.base.warn import warn
from ravine.engine.arithmetic import arithmetic
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.registry import hookspecs
from ravine.registry.blame import package
from ravine.registry.entry import Entry
from ravine.registry.installed import installed, version_of
from ravine.registry.sources import source_hash

__all__ = [
    "changed_since",
    "changes",
    "differences",
    "looked_up",
    "made_with",
    "mixture",
    "origin",
    "outdated",
    "requirements",
    "sampler_changes",
    "version",
    "versions",
    "warn_of_changes",
]


def versions(entries: Iterable[Entry] = ()) -> dict[str, Any]:
    """Return the versions of all packages whose code computes, and the kernels that compute.

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
        "arithmetic": arithmetic(),
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
    cls, owner = entry.cls, entry.distribution.partition(" ")[0]
    return {
        "kind": entry.kind,
        "name": entry.name,
        "class": f"{cls.__module__}:{cls.__qualname__}",
        "distribution": entry.distribution,
        "sha256": source_hash(cls, functools.partial(_is_own, distribution=owner)),
    }


def _is_own(module: str, distribution: str) -> bool:
    """Whether a module's code is hashed: one of a plugin, of its distribution, or of no installed package."""
    top = package(module)
    if top in {"ravine", *sys.stdlib_module_names}:
        return False
    loaded = sys.modules.get(module)
    file = getattr(loaded, "__file__", None) if loaded else _place(top)
    if module == "__main__" or file is None or not {"site-packages", "dist-packages"} & set(Path(file).parts):
        return True
    return top in _plugins_packages() or Path(file) in _installed(distribution)


def _place(top: str) -> str | None:
    """Return the file of a package that is not imported yet, without importing it."""
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec else None


def _plugins_packages() -> set[str]:
    """Return the top-level packages that have components."""
    targets = (entry.target for entry in registry.load())
    return {package(target if isinstance(target, str) else target.__module__) for target in targets}


@functools.cache
def _installed(distribution: str) -> set[Path]:
    """Return the files that an installer has recorded for a distribution."""
    try:
        return {Path(str(file.locate())) for file in installed(distribution).files or []}
    # Its metadata are damaged.
    except metadata.PackageNotFoundError:
        return set()


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
        looked_up = run.provenance.get("looked_up", {})
        origins = [then for then in (*made_of.values(), *looked_up.values()) if "kind" in then]
        found = {_change(then, now(then["kind"], then["name"])) for then in origins}
        sentences.update(found - {None})  # type: ignore[arg-type]  # mypy does not see that None is gone
    return [f"{n} run{'s were' if n > 1 else ' was'} made with {sentence}" for sentence, n in sentences.items()]


def warn_of_changes(study: Study) -> None:
    """Warn of components of a study's runs that are missing or different now, and of a mixture of machines."""
    for sentence in changes(study.runs.values()):
        warn(f"{study.folder}: {sentence}", PluginWarning)
    if sentence := mixture(study.runs.values()):
        warn(f"{study.folder}: {sentence}", UserWarning)


def mixture(runs: Iterable[Run]) -> str:
    """Return a sentence on the different kernels and versions of NumPy that made runs, or "" if all are alike.

    Parameters
    ----------
    runs : iterable of Run
        As they were read back. What a run does not record is not counted.
    """
    counts: dict[str, Counter[str]] = {"blas": Counter(), "simd": Counter(), "numpy": Counter()}
    for run in runs:
        made = [run.provenance, *run.provenance.get("earlier", [])]
        known = [{**by.get("versions", {}), **by.get("arithmetic", {})} for by in made]
        for what, counted in counts.items():
            counted.update({by[what] for by in known if what in by})
    several = [
        f"{what} {' and '.join(f'{its} ({n} run{_s(n)})' for its, n in counted.items())}"
        for what, counted in counts.items()
        if len(counted) > 1
    ]
    if not several:
        return ""
    return "its runs were made with different arithmetic, so their last bits may differ: " + "; ".join(several)


def _s(n: int) -> str:
    return "s" if n > 1 else ""


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return sentences on what differs in what a run was made of, then and now: see ``Experiment.made_of``."""
    pairs = [(old, now["components"].get(role)) for role, old in then.get("components", {}).items()]
    sentences = [f"it was made with {change}" for old, new in pairs if (change := _change(old, new))]
    if then.get("data") != now["data"]:
        sentences.append("the data have changed")
    return list(dict.fromkeys(sentences))


def looked_up(asked: Mapping[str, Entry], components: Mapping[str, Any]) -> dict[str, Any]:
    """Return the origins of components that a run's own components have looked up while it went on.

    Parameters
    ----------
    asked : dict of str to Entry
        All that were asked for: see ``asked_for``.
    components : dict
        Those that the run's name has already: see ``Experiment.made_of``.
    """
    known = [(of["kind"], of["name"]) for of in components.values()]
    return {role: origin(entry) for role, entry in asked.items() if (entry.kind, entry.name) not in known}


def outdated(run: Run) -> list[str]:
    """Return sentences on components that a run has looked up, and that are missing or different now."""
    return changed_since(run.provenance.get("looked_up", {}))


def changed_since(looked_up: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return sentences on components that are missing or different now; see ``looked_up``."""
    pairs = ((then, _now(then["kind"], then["name"])) for then in looked_up.values())
    return [f"it was made with {change}" for then, now in pairs if (change := _change(then, now))]


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
