"""Interrupt: a Ctrl-C that is never lost.

Python drops an exception that is raised in a finalizer or in a callback of a weak reference, and matplotlib has
many of both. So the signal is also remembered, and looked up where it is safe to stop.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = [
    "listening",
    "stop_if_asked",
]


_interrupted = threading.Event()


@contextlib.contextmanager
def listening() -> Iterator[None]:
    """Remember each Ctrl-C in the block; it is raised as KeyboardInterrupt too. So is TERM in a container."""
    # Python sets signal handlers in the main thread only.
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        # Other code handles Ctrl-C, or it is ignored, as it is under nohup.
        yield
        return
    signal.signal(signal.SIGINT, _remember)
    # The first process of a container has no default for TERM: it would not hear it.
    first = os.getpid() == 1 and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if first:
        signal.signal(signal.SIGTERM, _remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if first:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _interrupted.clear()


def stop_if_asked() -> None:
    """Raise a Ctrl-C that Python has dropped.

    Raises
    ------
    KeyboardInterrupt
        If there was one.
    """
    if _interrupted.is_set():
        raise KeyboardInterrupt


def _remember(number: int, frame: FrameType | None) -> None:
    _interrupted.set()
    raise KeyboardInterrupt
