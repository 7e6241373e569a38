"""Names: what a component may be called, and which name was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

__all__ = [
    "NOT_TEXT",
    "is_name",
    "nearest",
]


NOT_TEXT = {"null", "true", "false", "nan", "inf"}  # a command line reads these as something else


_MANY = 40  # more than that is no help on one line


def is_name(text: object) -> bool:
    """Whether a component can be chosen by this text: ``mine``, or ``family/mine``."""
    pattern = r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?"
    return isinstance(text, str) and bool(re.fullmatch(pattern, text)) and text not in NOT_TEXT


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the end of an error's sentence: the names that ``word`` may have meant, or all there are."""
    names = sorted(set(known))
    if close := difflib.get_close_matches(word, names, n=3, cutoff=0.5):
        return f"; did you mean {' or '.join(close)}?"
    if len(names) > _MANY:
        return "; ravine list has all names"
    return f"; there are: {', '.join(names)}" if names else "; there are none"
