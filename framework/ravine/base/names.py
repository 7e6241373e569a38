"""Names: which names components may have, and which name a user has meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

__all__ = [
    "NOT_TEXT",
    "is_name",
    "nearest",
    "shown",
]


NOT_TEXT = {"null", "true", "false", "nan", "inf"}
"""Words that a command line does not read as text."""


_MANY = 40
"""The most names that an error lists on its line."""


def is_name(text: object) -> bool:
    """Whether a text can be the name of a component: ``mine``, or ``family/mine``."""
    pattern = r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?"
    return isinstance(text, str) and bool(re.fullmatch(pattern, text)) and text not in NOT_TEXT


def shown(text: str) -> str:
    """Return a text as one line whose signs a terminal shows and none of which it obeys.

    Escape sequences, line ends and changes of the direction of writing are shown by their codes.
    """
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode() for sign in text
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the end of an error's sentence: the known names that are close to ``word``, or all names."""
    names = sorted(set(known))
    lower = {name.lower(): name for name in names}
    if close := [lower[name] for name in difflib.get_close_matches(word.lower(), lower, n=3, cutoff=0.5)]:
        return f"; did you mean {' or '.join(close)}?"
    if len(names) > _MANY:
        return "; ravine list has all names"
    return f"; there are: {', '.join(names)}" if names else "; there are none"
