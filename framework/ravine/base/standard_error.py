"""Standard error: where people are told what is for no program. There may be none, or nobody may read it."""

from __future__ import annotations

import contextlib
import sys

from ravine.base.colour import BAD, OPEN, is_wanted, styled
from ravine.base.names import shown

__all__ = [
    "is_terminal",
    "say",
    "write",
]


def say(text: str, *, error: bool = False) -> None:
    """Write lines; signs that a terminal obeys are shown by their codes. An error's first word has a colour."""
    lines = "\n".join(map(shown, text.split("\n"))) + "\n"
    first, style = (_WARNS, OPEN) if text.startswith(_WARNS) else (_NAME, BAD)
    if (error or first == _WARNS) and lines.startswith(first) and is_wanted(sys.stderr):
        lines = styled(first, style) + lines.removeprefix(first)
    write(lines)


_NAME, _WARNS = "ravine:", "ravine: warning:"


def write(text: str) -> None:
    """Write a text as it is; if that is not possible, the work goes on without."""
    # Of a file that is None, print takes standard output instead.
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            print(text, end="", file=sys.stderr, flush=True)


def is_terminal() -> bool:
    """Whether somebody reads it on a terminal."""
    isatty = getattr(sys.stderr, "isatty", None)
    return bool(isatty and isatty())
