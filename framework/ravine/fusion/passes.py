"""Passes: how often layers of one form were passed in this process, and what kept them from being a program.

Nothing but time depends on it.
"""

from __future__ import annotations

from collections.abc import Hashable

__all__ = ["passed", "prevents", "refuse"]


# Of a search over sizes there is one for each, and old ones do not come back.
_MOST = 1000

_PASSES: dict[Hashable, int] = {}
_FAULTS: dict[Hashable, tuple[int, str]] = {}


def passed(form: Hashable) -> int:
    """Count a pass; return how many there have been."""
    if form not in _PASSES and len(_PASSES) >= _MOST:
        _PASSES.clear()
    _PASSES[form] = _PASSES.get(form, 0) + 1
    return _PASSES[form]


def refuse(form: Hashable, fault: tuple[int, str]) -> None:
    """Remember which layer prevents a program, and why."""
    if len(_FAULTS) >= _MOST:
        _FAULTS.clear()
    _FAULTS[form] = fault


def prevents(form: Hashable) -> tuple[int, str] | None:
    """Return which layer has prevented a program, and why; None if none has."""
    return _FAULTS.get(form)
