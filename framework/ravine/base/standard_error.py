"""Standard error: where people are told what is for no program. There may be none, or nobody may read it."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence

from ravine.base.colour import BAD, OPEN, is_wanted, styled
from ravine.base.names import shown

__all__ = [
    "Line",
    "following",
    "is_notebook",
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


def is_notebook() -> bool:
    """Whether it is shown below a notebook's cell, where a carriage return begins the line again."""
    # Who has not started a kernel has not imported it.
    kernel = sys.modules.get("ipykernel.iostream")
    return kernel is not None and isinstance(sys.stderr, kernel.OutStream)


class Line:
    """A line that is written again and again, on a terminal and below a notebook's cell, and nowhere else."""

    def __init__(self) -> None:
        self._terminal = is_terminal()
        self.is_seen = self._terminal or is_notebook()
        self._width = 0

    def write(self, text: str) -> None:
        """Write a text in the place of the one that stands there."""
        if self.is_seen:
            line = shown(text)
            write(f"\r\x1b[K{line}" if self._terminal else f"\r{line.ljust(self._width)}")
            self._width = len(line)

    def bar(self, share: float, text: str) -> None:
        """Write how much is done, from 0 to 1, as a bar with words; what the line has no room for is cut."""
        done = ("█" * round(share * _BAR)).ljust(_BAR, "░")
        self.write(f"{done} {text}"[: shutil.get_terminal_size().columns - 1])

    def leave(self) -> None:
        """Begin a new line below what stands there."""
        if self._width:
            write("\n")
            self._width = 0

    def clear(self) -> None:
        """Take away what stands there."""
        if self.is_seen:
            write("\r\x1b[K" if self._terminal else f"\r{' ' * self._width}\r")
            self._width = 0


# Signs of a bar.
_BAR = 20


def following(names: Sequence[str], doing: str) -> Iterator[str]:
    """Yield names, and show which of them is at work: ``drawing paths``."""
    line = Line()
    try:
        for i, name in enumerate(names):
            line.bar(i / len(names), f"[{i}/{len(names)}] {doing} {name}")
            yield name
    finally:
        line.clear()
