"""Chapter: its experiments in their order, and the overrides that shorten them for the quick profile."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ravine.base.errors import ConfigError
from ravine.base.warn import warn
from ravine.evidence.verdicts import Findings, judge_study
from ravine.records.study import load_study

__all__ = ["PROFILES", "Item", "by_section", "chapter", "findings_in"]


T = TypeVar("T")
PROFILES = ("quick", "full")
_CHAPTER = Path(__file__).with_name("chapter.toml")


@dataclass(frozen=True)
class Item:
    """An experiment of the chapter.

    Parameters
    ----------
    section : str
        The section to which it belongs.
    name : str
        The experiment's name.
    quick : tuple of str
        Overrides that make it short.
    """

    section: str
    name: str
    quick: tuple[str, ...]

    def overrides(self, profile: str) -> list[str]:
        """Return the overrides that come after ``ravine -m``."""
        return [f"experiment={self.name}", *(self.quick if profile == "quick" else ())]

    def command(self, profile: str) -> str:
        """Return the command that makes only this experiment."""
        return shlex.join(["ravine", "-m", *self.overrides(profile)])


def chapter() -> list[Item]:
    """Return the experiments in order."""
    sections = tomllib.loads(_CHAPTER.read_text("utf-8"))
    return [
        Item(section, name, tuple(shlex.split(words)))
        for section, experiments in sections.items()
        for name, words in experiments.items()
    ]


def findings_in(folder: Path) -> Iterator[Findings]:
    """Yield the studies in a folder, with their verdicts; a damaged study is left out with a warning.

    It holds one at a time: all runs of a folder may be more than memory has room for.
    """
    for path in sorted(folder.glob("*/study.json")):
        try:
            yield judge_study(load_study(path.parent))
        except ConfigError as error:
            warn(f"left out: {path.parent}: {error}")
        except OSError as error:
            warn(f"left out: {error.filename}: {error.strerror}")
        except ValueError as error:
            warn(f"left out: {error}")


def by_section(studies: Iterable[T], folder: Callable[[T], Path]) -> dict[str, list[T]]:
    """Return what is known of studies by section, in the chapter's order; others come last."""
    by_name: dict[str, list[T]] = {}
    for one in studies:
        # Studies in two folders may have one name.
        by_name.setdefault(folder(one).resolve().name, []).append(one)
    home = {item.name: item.section for item in chapter()}
    sections: dict[str, list[T]] = {}
    for name in [*(name for name in home if name in by_name), *(name for name in by_name if name not in home)]:
        sections.setdefault(home.get(name, "Other studies"), []).extend(by_name[name])
    return sections
