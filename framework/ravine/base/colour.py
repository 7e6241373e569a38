"""Colour: of the words that somebody looks for, on a terminal. The words are there without it too.

Whole text is painted when it is printed, so columns stay where they are, and no file has colour.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["BAD", "GOOD", "OPEN", "STRONG", "is_wanted", "painted", "styled"]

# Of the eight colours that terminals have, those that can be read on a light and on a dark background.
GOOD: Final = "32"
BAD: Final = "31"
OPEN: Final = "35"
STRONG: Final = "1"


def is_wanted(stream: Any) -> bool:
    """Whether a stream gets colour: a terminal, unless ``NO_COLOR``, ``FORCE_COLOR`` or ``TERM`` say else."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    isatty = getattr(stream, "isatty", None)
    return os.environ.get("TERM") != "dumb" and bool(isatty and isatty())


def styled(text: str, style: str) -> str:
    """Return a text in a style."""
    return f"\x1b[{style}m{text}\x1b[0m"


def painted(text: str, marks: Mapping[str, str], stream: Any) -> str:
    """Return a text whose signs are in their styles, if the stream gets colour.

    Parameters
    ----------
    text : str
        Lines.
    marks : mapping
        Words and their styles. A word is a sign at the begin of a line, in the second column or after a number.
    stream : file
        Where it will be printed.
    """
    if not is_wanted(stream):
        return text
    words = "|".join(sorted(map(re.escape, marks), key=len, reverse=True))
    sign = re.compile(rf"(^|^\S+  +|\d )({words})(?=[:,;\s]|$)", re.MULTILINE)
    return sign.sub(lambda found: found[1] + styled(found[2], marks[found[2]]), text)
