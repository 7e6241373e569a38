"""Files: every write is whole or not there at all, and says where it failed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["WriteError", "cache_folder", "clear", "is_locked", "locked", "remove", "sha256", "write_atomically"]

_HALF = ".half"  # how the name of a file ends that is being written


class WriteError(OSError):
    """A file cannot be written or removed; the message says which, and why."""

    def __str__(self) -> str:
        return f"{self.filename} cannot be written: {self.strerror}"


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Name the file that cannot be written in the block, and why."""
    try:
        yield
    except OSError as error:
        raise WriteError(error.errno, _why(path, error), str(path)) from error


def _why(path: Path, error: OSError) -> str:
    """Return why a file cannot be written."""
    if os.path.isdir(path):
        return "it is a folder"
    there = next(folder for folder in path.parents if os.path.lexists(folder))
    if not os.path.isdir(there):
        return f"{there} is not a folder"
    if isinstance(error, PermissionError):
        return f"no permission to write in {there}"
    return error.strerror or str(error)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, flush both to disk, and rename it in between.

    One that has this content already is left as it is, so that a study that is complete can be read-only.

    Raises
    ------
    WriteError
        If it cannot be written; nothing is left behind.
    """
    with _writing(path):
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            return
        _make_folder(path.parent)
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


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises
    ------
    WriteError
        If it cannot be removed.
    """
    with _writing(path):
        if path.is_file():  # a read-only file system refuses to remove what is not there, too
            path.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    """Make a folder, and flush the lists that new ones are entered in."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in new:
        _flush_folder(each.parent)


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

    Raises
    ------
    WriteError
        If there is no such file, and none can be made.
    """
    with _writing(folder / "lock"):
        _make_folder(folder)
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


def clear(*folders: Path) -> None:
    """Take away what a writer that was killed has left half written; whoever asks holds the folders."""
    for folder in folders:
        for left in folder.glob(f".*{_HALF}"):
            remove(left)


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
