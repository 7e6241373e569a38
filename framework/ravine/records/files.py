"""Files: a file is written completely or not at all, and an error says which file it was and why."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ravine.base.errors import WriteError

__all__ = [
    "cache_folder",
    "clear",
    "half_written",
    "instead",
    "make_folder",
    "memory",
    "read_file",
    "read_json",
    "refuse_link",
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


@contextlib.contextmanager
def instead(folder: Path, possible: str) -> Iterator[None]:
    """Add what is possible to the error of a file that may not be written, as in a read-only folder."""
    try:
        yield
    except WriteError as error:
        forbidden = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        if not (forbidden and Path(str(error.filename)).is_relative_to(folder)):
            raise
        raise WriteError(error.errno, f"{error.strerror}; {possible}", error.filename) from error


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


def refuse_link(folder: Path, path: Path) -> None:
    """Refuse to write a path in a study's folder that is a link: the study may come from somebody else.

    Raises
    ------
    WriteError
        If it is one.
    """
    if folder.is_symlink():
        raise WriteError(errno.ELOOP, f"{folder} is a link", str(path))


def read_file(path: Path, most: int | None = None) -> bytes:
    """Return the content of a file.

    Raises
    ------
    OSError
        If it cannot be read, or is not a regular file: a pipe would be waited for, and a device may never end.
        Also if it has more than ``most`` bytes, or by default more than this machine has memory.
    """
    most = memory() if most is None else most
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if about.st_size > most:
            why = f"it has {about.st_size} bytes, more than the {most} that it may have"
            raise OSError(errno.EFBIG, why, str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            # A file may grow, and some of the system's say that they are empty.
            return file.read(max(about.st_size, 1 << 16))
    finally:
        os.close(handle)


MOST_JSON = 256 << 20
"""The most bytes of a file of JSON: many times what a study of a hundred thousand runs has."""


def read_json(path: Path) -> Any:
    """Return what a file of JSON holds.

    Raises
    ------
    OSError
        If it cannot be read, or is longer than any file of ravine's.
    ValueError
        If it is not JSON, or nested too deep.
    """
    try:
        return json.loads(read_file(path, MOST_JSON))
    except RecursionError:
        raise ValueError("nested too deep") from None


def memory() -> int:
    """Return how many bytes of memory this machine has."""
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" in names and "SC_PAGE_SIZE" in names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 1 << 34


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
            # Some file systems have no modes; they refuse them, or their calls are not implemented.
            with contextlib.suppress(PermissionError, NotImplementedError):
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


# Windows opens no folders, and some file systems of networks open or flush none.
_UNFLUSHED = {errno.EACCES, errno.EPERM, errno.EINVAL, errno.EBADF, errno.ENOSYS, errno.EOPNOTSUPP}


def _flush_folder(folder: Path) -> None:
    """Flush a folder's list of files, where that can be done, so that a rename survives a loss of power."""
    if os.name != "nt":
        try:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            if error.errno not in _UNFLUSHED:
                raise


def clear(*folders: Path) -> None:
    """Remove temporary files that a killed process has left in folders; the caller holds the folders' locks."""
    for folder in folders:
        for path in folder.glob(f".*{_HALF}"):
            remove(path)


def half_written(folder: Path) -> set[Path]:
    """Return the folders in a folder in which a killed process has left temporary files."""
    return {path.parent for path in folder.glob(f"*/.*{_HALF}")}


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
        return Path(os.path.expanduser(folder))
    home = Path(os.path.expanduser("~"))
    if not home.is_absolute():
        # This user has no home.
        return Path(tempfile.gettempdir()) / f"ravine-{os.getuid()}"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "ravine" / "cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "ravine"
    # The standard says that a path which is not absolute is ignored.
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else home / ".cache") / "ravine"
