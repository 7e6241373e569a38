"""Provenance: where a run's components came from, and whether they are still what they were."""

from __future__ import annotations

import functools
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ravine import hookspecs, registry
from ravine.files import sha256
from ravine.recording import Run
from ravine.registry import Entry, UnknownNameError, source_file
from ravine.vetting import PluginError

__all__ = ["changes", "origin", "versions"]


def versions() -> dict[str, Any]:
    """Return versions of everything that computes."""
    packages = ("ravine", "numpy", "hydra-core", "omegaconf")
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "hooks": hookspecs.VERSION,
        "versions": {name: metadata.version(name) for name in packages},
    }


def origin(entry: Entry) -> dict[str, Any]:
    """Return a component's kind, name, class, distribution with its version, and SHA-256 of its sources.

    Raises
    ------
    PluginError
        If its plugin cannot deliver it.
    """
    cls = entry.cls
    return {
        "kind": entry.kind,
        "name": entry.name,
        "class": f"{cls.__module__}:{cls.__qualname__}",
        "distribution": entry.distribution,
        "sha256": _source_hash(cls),
    }


def _source_hash(cls: type) -> str | None:
    """Return the SHA-256 of the files of a class and of its bases, but for ravine's contracts."""
    others = [
        base for base in cls.__mro__ if base.__module__.partition(".")[0] not in ("ravine", "abc", "builtins")
    ]
    files = dict.fromkeys(file for base in others if (file := source_file(base)) and Path(file).is_file())
    return sha256(b"".join(Path(file).read_bytes() for file in files)) if files else None


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
        made_with = [then for then in run.provenance.get("components", {}).values() if "kind" in then]
        said = {_change(then, now(then["kind"], then["name"])) for then in made_with}
        sentences.update(said - {None})  # type: ignore[arg-type]  # mypy does not see that None is gone
    return [f"{n} run{'s were' if n > 1 else ' was'} made with {sentence}" for sentence, n in sentences.items()]


def _now(kind: str, name: str) -> dict[str, Any] | None:
    try:
        return origin(registry.load().entry(kind, name))
    except (UnknownNameError, PluginError):
        return None


def _change(then: Mapping[str, Any], now: Mapping[str, Any] | None) -> str | None:
    what = f"{then['kind']} {then['name']!r} of {then['distribution']}"
    if now is None:
        return f"{what}, which is not installed"
    if now["distribution"] != then["distribution"]:
        return f"{what}; here is {now['distribution']}"
    if now != then:
        return f"{what}, whose source has changed since"
    return None
