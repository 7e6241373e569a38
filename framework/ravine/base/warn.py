"""Warn: tell users what is unusual, at the line of theirs that led to it."""

from __future__ import annotations

import sys
import warnings

__all__ = [
    "warn",
]


# Between a user's line and a warning lie ravine's frames, and those of what calls ravine back.
_BETWEEN = {"ravine", "hydra", "hydra_plugins", "omegaconf", "pluggy", "contextlib", "functools", "threading"}


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Warn; the warning points at the first line on the way to it that is not ravine's.

    Parameters
    ----------
    text : str
        What is unusual.
    category : type of Warning
        Its class.
    """
    level, frame = 1, sys._getframe()
    while frame.f_back and str(frame.f_globals.get("__name__")).partition(".")[0] in _BETWEEN:
        level, frame = level + 1, frame.f_back
    warnings.warn(text, category, stacklevel=level)
