"""Experiments: files of configuration, each with a question and what is run to answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ravine.config.presets import config_folders
from ravine.registry.registry import Registry

__all__ = [
    "ExperimentFile",
    "experiments",
]


# The value of a key, which may be folded over several lines.
_VALUE = r"^{}:[ \t]*(?:[>|][+-]?)?[ \t]*(.*(?:\n[ \t]+.*)*)"


@dataclass(frozen=True)
class ExperimentFile:
    """A file that is chosen with ``experiment=NAME``.

    Parameters
    ----------
    name : str
        The name by which it is chosen.
    distribution : str
        The distribution whose folder has the file, with its version; or the user's folder.
    file : Path
        The file.
    """

    kind: ClassVar[str] = "experiment"

    name: str
    distribution: str
    file: Path

    @property
    def summary(self) -> str:
        """The question that it asks, and its source in brackets; "" if there is neither."""
        text = self.file.read_text("utf-8-sig", errors="replace")
        question, source = (_value(text, key) for key in ("question", "source"))
        return " ".join(filter(None, (question, f"({source})" if source else "")))


def _value(text: str, key: str) -> str:
    """Return the value of a key of text in a file, in one line, or ""."""
    found = re.search(_VALUE.format(key), text, re.MULTILINE)
    return " ".join(found[1].split()).strip("'\"") if found else ""


def experiments(registry: Registry, own: Path | None = None) -> list[ExperimentFile]:
    """Return the experiments in the folders of ravine and of its plugins, by name.

    An experiment is left out if another of its name comes first, because then it cannot be chosen.

    Parameters
    ----------
    registry : Registry
        The plugins' folders.
    own : path, optional
        A folder that comes first, as with ``--config-dir``.
    """
    found: dict[str, ExperimentFile] = {}
    for folder, distribution in config_folders(registry, own).items():
        group = folder / ExperimentFile.kind
        for file in group.rglob("*.yaml"):
            name = file.relative_to(group).with_suffix("").as_posix()
            found.setdefault(name, ExperimentFile(name, distribution, file))
    return [found[name] for name in sorted(found)]
