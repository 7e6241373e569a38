"""Files: every write is whole or not there at all, and says where it failed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["cache_folder", "clear", "is_locked", "locked", "sha256", "write_atomically"]

_HALF = ".half"  # how the name of a file ends that is being written


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, flush both to disk, and rename it in between.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_HALF)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Flush a folder's list of files, so that a rename outlives a loss of power; Windows cannot."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
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


def clear(*folders: Path) -> None:
    """Take away what a writer that was killed has left half written; whoever asks holds the folders."""
    for folder in folders:
        for left in folder.glob(f".*{_HALF}"):
            left.unlink(missing_ok=True)


def is_locked(folder: Path) -> bool:
    """Whether a living process holds a folder."""
    try:
        handle = os.open(folder / "lock", os.O_RDWR if os.access(folder / "lock", os.W_OK) else os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(handle, wait=False)
    finally:
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> bool:
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sha256(content: bytes | memoryview) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def cache_folder() -> Path:
    """Return the folder for what can be made again: ``RAVINE_CACHE``, or the system's place for caches."""
    if folder := os.environ.get("RAVINE_CACHE"):
        return Path(folder)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "ravine" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ravine"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ravine"
