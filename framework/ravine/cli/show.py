"""Show: prints a text; the words that say how something is have colours on a terminal."""

from __future__ import annotations

import sys

from ravine.base.colour import BAD, GOOD, OPEN, painted

__all__ = ["show"]


_SIGNS = {
    **dict.fromkeys(["supported", "completed", "kept", "agrees"], GOOD),
    **dict.fromkeys(["not supported", "failed", "damaged", "BROKEN"], BAD),
    **dict.fromkeys(["inconclusive", "diverged", "pruned", "stopped", "missing", "differs"], OPEN),
}


def show(text: str) -> None:
    """Print a text."""
    print(painted(text, _SIGNS, sys.stdout), flush=True)
