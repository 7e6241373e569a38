"""Files: a file is written completely or not at all, and an error says which file it was and why."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ravine.base.errors import WriteError

__all__ = [
    "cache_folder",
    "clear",
    "make_folder",
    "remove",
    "renew",
    "sha256",
    "write_atomically",
    "writing",
]


_HALF = ".half"
"""The ending of the temporary name that a file has while it is written."""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` in the block into a ``WriteError`` that names the file and the reason."""
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
    """Write to a temporary file beside it, flush file and folder to disk, and rename.

    A file that already has this content is left alone, so the folder of a complete study can be read-only.

    Raises
    ------
    WriteError
        If the file cannot be written; no temporary file is left behind.
    """
    with writing(path):
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            return
        make_folder(path.parent)
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


def renew(path: Path) -> None:
    """Make a file as new as one that is written now; in a folder of somebody else it stays as it is."""
    with contextlib.suppress(OSError):
        os.utime(path)


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises
    ------
    WriteError
        If it cannot be removed.
    """
    with writing(path):
        # A read-only file system refuses to remove even a file that is not there.
        if path.is_file():
            path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, and flush to disk the folders that list the new ones."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in new:
        _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Flush a folder's list of files, so that a rename survives a loss of power; Windows cannot do this."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clear(*folders: Path) -> None:
    """Remove temporary files that a killed process has left in folders; the caller holds the folders' locks."""
    for folder in folders:
        for path in folder.glob(f".*{_HALF}"):
            remove(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sha256(content: bytes | memoryview) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def cache_folder() -> Path:
    """Return the folder for files that can be made again: ``RAVINE_CACHE``, or the system's own for caches."""
    if folder := os.environ.get("RAVINE_CACHE"):
        return Path(folder)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "ravine" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ravine"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ravine"
