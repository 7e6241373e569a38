"""Locks: a folder held against other processes, by filelock's lock of a file that is open here.

Its ``FileLock`` has to write the file, and a finished study that can only be read is given again too. It has no
shared lock, by which those who only look are not taken for a holder: that is Python's own, where there is one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ravine.base.warn import warn
from ravine.records.files import make_folder, writing

__all__ = [
    "is_locked",
    "locked",
    "making",
    "making_none",
]

MAKING = "making"
"""The file that commands hold together while they make runs of a study."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes; the kernel lets go of it when the holder dies.

    Parameters
    ----------
    folder : Path
        Made if need be; its file ``lock`` is what is held, for network file systems lock no folders. Another
        holder is waited for, and named in a warning if it takes long. On a file system without locks there is a
        warning, and nothing is held.

    Raises
    ------
    WriteError
        If there is no such file, and none can be made.
    """
    with writing(folder / "lock"):
        make_folder(folder)
        # A link could make a file anywhere.
        handle = _opened(folder / "lock", os.O_CREAT | getattr(os, "O_NOFOLLOW", 0))
    _open.add(handle)
    # The first lock pays for the import, and not every command.
    from filelock import lock_descriptor

    try:
        _hold(handle, folder, lambda: lock_descriptor(handle, blocking=False))
        yield
    finally:
        _close(handle)


@contextlib.contextmanager
def making(folder: Path) -> Iterator[None]:
    """Hold a study while its runs are made; several commands may do so, and ``making_none`` finds one.

    Where a file cannot be shared, or none can be made because the study can only be read, nothing is held.
    """
    handle = _study(folder)
    try:
        if handle is not None:
            _hold(handle, folder, lambda: _taken(handle, shared=True))
        yield
    finally:
        _close(handle)


@contextlib.contextmanager
def making_none(folder: Path) -> Iterator[bool]:
    """Provide whether no command makes runs of a study; one that comes in the block waits for its end."""
    handle = _study(folder)
    try:
        yield handle is None or _taken(handle, shared=False)
    finally:
        _close(handle)


def _study(folder: Path) -> int | None:
    """Return the open file of a study that commands share, or None if there can be none."""
    try:
        make_folder(folder)
        handle = _opened(folder / MAKING, os.O_CREAT | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        # Whoever has a run to write there says why it cannot be.
        return None
    _open.add(handle)
    return handle


def _taken(handle: int, *, shared: bool) -> bool:
    """Whether an open file could be held at once, with others or alone, or nothing can be shared here."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise
    return True


def _close(handle: int | None) -> None:
    # A process that was forked meanwhile has closed its own.
    if handle in _open:
        _open.discard(handle)
        os.close(handle)


# Seconds to wait for another holder without a word.
_PATIENCE = 3.0

# What a file system says that has no locks.
_WITHOUT = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


def _hold(handle: int, folder: Path, take: Callable[[], bool]) -> None:
    """Hold an open lock, as soon as it can be taken."""
    begin, told = time.monotonic(), False
    try:
        while not take():
            if not told and time.monotonic() - begin > _PATIENCE:
                told = True
                warn(f"{folder} is held by {_holder(handle)}; it is waited for")
            time.sleep(0.05)
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise
        warn("this file system has no locks: two commands at once can make a run twice")


def _holder(handle: int) -> str:
    """Return who holds a lock, where the system knows."""
    inode = f":{os.fstat(handle).st_ino}"
    try:
        lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        (process,) = {line[4] for line in lines if line[1] == "FLOCK" and line[5].endswith(inode)} - {"0"}
        state = Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ValueError, IndexError):
        return "another process"
    return f"process {process}" + (", which is stopped" if state in "tT" else "")


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
        return not _can_be_held(handle)
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


def _can_be_held(handle: int) -> bool:
    """Hold a lock if nobody does, shared with others who only look; on Windows alone, for a moment."""
    try:
        import fcntl  # noqa: F401
    except ImportError:
        from filelock import lock_descriptor

        return lock_descriptor(handle, blocking=False)
    return _taken(handle, shared=True)
