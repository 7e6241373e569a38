"""Files: every write is whole or not there at all, and says where it failed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["cache_folder", "locked", "sha256", "write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, flush it to disk, and rename it.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
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


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes; the kernel lets go of it when the holder dies.

    Where there are no such locks, on Windows, nothing is held.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


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
