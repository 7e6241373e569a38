"""Locks: a folder held against other processes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ravine.records.files import make_folder, writing

__all__ = [
    "is_locked",
    "locked",
]


@contextlib.contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a folder against other processes; the kernel lets go of it when the holder dies.

    Where there are no such locks, on Windows, nothing is held.

    Parameters
    ----------
    folder : Path
        Made if need be; its file ``lock`` is what is held, for network file systems lock no folders.
    wait : bool
        Whether to wait for another holder, or to go on without the folder.

    Yields
    ------
    bool
        Whether it is held.

    Raises
    ------
    WriteError
        If there is no such file, and none can be made.
    """
    with writing(folder / "lock"):
        make_folder(folder)
        handle = _opened(folder / "lock", os.O_CREAT)
    _open.add(handle)
    try:
        yield _lock(handle, wait=wait)
    finally:
        _open.discard(handle)
        os.close(handle)


_open: set[int] = set()


def _let_go() -> None:
    """Close the locks of the process that this one was forked from: it shall not hold them longer."""
    while _open:
        os.close(_open.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def is_locked(folder: Path) -> bool:
    """Whether a living process holds a folder."""
    try:
        handle = _opened(folder / "lock")
    except OSError:
        return False
    try:
        return not _lock(handle, wait=False, share=True)
    finally:
        os.close(handle)


def _opened(lock: Path, flags: int = 0) -> int:
    """Open a lock, for reading where it cannot be written: that is enough to hold it."""
    try:
        return os.open(lock, os.O_RDWR | flags, 0o666)
    except OSError:
        if not lock.is_file():
            raise
        return os.open(lock, os.O_RDONLY)


def _lock(handle: int, *, wait: bool, share: bool = False) -> bool:
    """Hold a lock, or share it with others who only look; return whether it is held."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if share else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
