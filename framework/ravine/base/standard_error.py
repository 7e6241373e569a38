"""Standard error: where people are told what is for no program. There may be none, or nobody may read it."""

from __future__ import annotations

import contextlib
import sys

from ravine.base.names import shown

__all__ = [
    "is_notebook",
    "is_terminal",
    "say",
    "write",
]


def say(text: str) -> None:
    """Write lines; signs that a terminal obeys are shown by their codes."""
    write("\n".join(map(shown, text.split("\n"))) + "\n")


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


def is_notebook() -> bool:
    """Whether it is shown below a notebook's cell, where a carriage return begins the line again."""
    # Who has not started a kernel has not imported it.
    kernel = sys.modules.get("ipykernel.iostream")
    return kernel is not None and isinstance(sys.stderr, kernel.OutStream)
