"""Files: every write is whole or not there at all, and says where it failed."""

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
    "sha256",
    "write_atomically",
    "writing",
]


_HALF = ".half"  # how the name of a file ends that is being written


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
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


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises
    ------
    WriteError
        If it cannot be removed.
    """
    with writing(path):
        if path.is_file():  # a read-only file system refuses to remove what is not there, too
            path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
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


def clear(*folders: Path) -> None:
    """Take away what a writer that was killed has left half written; whoever asks holds the folders."""
    for folder in folders:
        for left in folder.glob(f".*{_HALF}"):
            remove(left)


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
