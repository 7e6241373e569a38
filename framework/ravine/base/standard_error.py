"""Standard error: where people are told what is for no program. There may be none, or nobody may read it."""

from __future__ import annotations

import contextlib
import sys

__all__ = [
    "is_terminal",
    "say",
]


def say(text: str, end: str = "\n") -> None:
    """Write a text; if that is not possible, the work goes on without."""
    # Of a file that is None, print takes standard output instead.
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            print(text, end=end, file=sys.stderr, flush=True)


def is_terminal() -> bool:
    """Whether somebody reads it on a terminal."""
    isatty = getattr(sys.stderr, "isatty", None)
    return bool(isatty and isatty())
