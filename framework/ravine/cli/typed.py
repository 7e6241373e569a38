"""Typed: what the words after a command stand for: folders of studies, settings of runs, and components."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from ravine.base.types import Named

__all__ = ["folders_of", "is_filter", "named"]


def folders_of(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the folders of studies among some words, and the other words; the first word is a folder."""
    first, *others = words
    folders = [Path(first), *(Path(word) for word in others if _is_folder(word))]
    return folders, [word for word in others if not _is_folder(word)]


def _is_folder(word: str) -> bool:
    # A word may be longer than a file's name can be.
    with contextlib.suppress(OSError):
        return Path(word).is_dir()
    return False


def is_filter(word: str) -> bool:
    """Whether a word chooses runs by a setting, ``COLUMN=VALUE``."""
    return "=" in word and not word.startswith("{")


def named(word: str) -> Named:
    """Return a component as it is typed; Hydra is imported only for one with fields."""
    if "{" not in word:
        return word
    from ravine.config.values import named

    return named(word)
