"""Stopping: a Ctrl-C that is heard wherever it falls.

Python drops an exception that is raised in a finalizer or a weak reference's callback, such as matplotlib has
many of. So the signal is remembered too, and asked for where stopping is safe.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = [
    "listening",
    "stop_if_asked",
]


_asked = threading.Event()


@contextlib.contextmanager
def listening() -> Iterator[None]:
    """Remember Ctrl-C in the block, beside what it does anyway."""
    ours = threading.current_thread() is threading.main_thread()  # elsewhere Python takes no handlers
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # somebody else listens, or Ctrl-C is ignored, as it is behind nohup
        return
    signal.signal(signal.SIGINT, _heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _asked.clear()


def stop_if_asked() -> None:
    """Go on, unless a Ctrl-C was dropped.

    Raises
    ------
    KeyboardInterrupt
        If one was.
    """
    if _asked.is_set():
        raise KeyboardInterrupt


def _heard(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
