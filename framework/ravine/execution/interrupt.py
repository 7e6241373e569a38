"""Interrupt: a Ctrl-C, and what else asks a command to end, is never lost.

Python drops an exception that is raised in a finalizer or in a callback of a weak reference, and matplotlib has
many of both. So the signal is also remembered, and looked up where it is safe to stop.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

__all__ = [
    "listening",
    "status",
    "stop_if_asked",
]


# A terminal that is closed, and a system that goes down, ask too.
_ASKS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

_asked: list[int] = []


@contextlib.contextmanager
def listening() -> Iterator[None]:
    """Remember each signal in the block that asks for the end; it is raised as KeyboardInterrupt too."""
    before: dict[int, Any] = {}
    # Python sets signal handlers in the main thread only.
    if current_thread() is main_thread():
        # Other code handles it, or it is ignored, as it is under nohup.
        usual = (signal.default_int_handler, signal.SIG_DFL)
        before = {number: was for number in _ASKS if (was := signal.getsignal(number)) in usual}
    for number in before:
        signal.signal(number, _remember)
    hook, asked = sys.unraisablehook, list[int]()

    def drop(what: sys.UnraisableHookArgs) -> None:
        # A signal may come in the midst of a constructor; then the finalizer of the half-made object fails.
        if not (asked or _asked):
            hook(what)

    sys.unraisablehook = drop
    try:
        yield
    finally:
        asked += _asked
        # The traceback still has such objects.
        if not asked:
            sys.unraisablehook = hook
        for number, was in before.items():
            signal.signal(number, was)
        _asked.clear()


def status(stop: KeyboardInterrupt) -> int:
    """Return the exit status of a command that was stopped: 130 after Ctrl-C."""
    return 128 + (stop.args[0] if stop.args else signal.SIGINT)


def stop_if_asked() -> None:
    """Raise a Ctrl-C that Python has dropped.

    Raises
    ------
    KeyboardInterrupt
        If there was one.
    """
    if _asked:
        raise KeyboardInterrupt(_asked[-1])


def _remember(number: int, frame: FrameType | None) -> None:
    _asked.append(number)
    raise KeyboardInterrupt(number)
