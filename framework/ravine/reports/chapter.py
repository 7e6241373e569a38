"""The chapter: which experiments belong to it, in what order, and what a quick look at them leaves out."""

from __future__ import annotations

import shlex
import tomllib
import warnings
from dataclasses import dataclass
from pathlib import Path

from ravine.records.study import Study
from ravine.registry.provenance import load_study

__all__ = [
    "Item",
    "chapter",
    "studies",
]


PROFILES = ("quick", "full")
_CHAPTER = Path(__file__).with_name("chapter.toml")


@dataclass(frozen=True)
class Item:
    """An experiment of the chapter.

    Parameters
    ----------
    section : str
        Where it belongs.
    name : str
        Of the experiment.
    quick : tuple of str
        Overrides that make it short.
    """

    section: str
    name: str
    quick: tuple[str, ...]

    def overrides(self, profile: str) -> list[str]:
        """Return what comes after ``ravine -m``."""
        return [f"experiment={self.name}", *(self.quick if profile == "quick" else ())]

    def command(self, profile: str) -> str:
        """Return the command that makes the experiment alone."""
        return shlex.join(["ravine", "-m", *self.overrides(profile)])


def chapter() -> list[Item]:
    """Return the experiments in order."""
    sections = tomllib.loads(_CHAPTER.read_text("utf-8"))
    return [
        Item(section, name, tuple(shlex.split(words)))
        for section, experiments in sections.items()
        for name, words in experiments.items()
    ]


def studies(folder: Path) -> dict[str, list[Study]]:
    """Return the studies of a folder by section, in the chapter's order; others come last.

    One that is damaged is left out with a warning.

    Raises
    ------
    ValueError
        If there is none.
    """
    there = {path.parent.name: path.parent for path in sorted(folder.glob("*/study.json"))}
    if not there:
        raise ValueError(f"{folder}: neither a study nor a folder of studies")
    home = {item.name: item.section for item in chapter()}
    sections: dict[str, list[Study]] = {}
    for name in [*(name for name in home if name in there), *(name for name in there if name not in home)]:
        try:
            study = load_study(there[name])
        except ValueError as error:
            warnings.warn(f"left out: {error}", stacklevel=2)
            continue
        sections.setdefault(home.get(name, "Other studies"), []).append(study)
    return sections
