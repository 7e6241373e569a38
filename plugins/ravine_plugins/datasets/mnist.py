"""The handwritten digits of MNIST, which travel with the package."""

import functools
import gzip
import math
import time
import warnings
import weakref
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from ravine import Array, Data, Dataset, Examples, cache_folder, hookimpl, sha256, write_atomically

from ravine_plugins.datasets.idx import DIMENSIONS, FILES, MOST

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MAGIC = b"\0\0\x08"
"""How an IDX file of unsigned bytes begins; the number of its dimensions comes next."""

PACKED = Path(__file__).parent / "data" / "mnist"


@dataclass(frozen=True, kw_only=True)
class MNIST(Dataset):
    """MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 × 28 bytes each.

    Parameters
    ----------
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition. The digits
    belong to Yann LeCun and Corinna Cortes, CC BY-SA 3.0.

    Notes
    -----
    They are unpacked once a machine, into ``RAVINE_CACHE`` or the user's cache folder, and read from there.
    Where that folder cannot be written they are unpacked into memory. What is read is checked against the
    digits' SHA-256, and what was checked stays in memory as long as runs use it, 55 MB a process: a file could
    change meanwhile.
    """

    def load(self) -> Data:
        return as_data({part: _array(name, cache_folder()) for part, name in FILES.items()}, "mnist")


def _array(name: str, cache: Path) -> Array:
    """Return one file as an array, which is read again when nobody uses it any more."""
    kept = weak(name, cache)
    if (array := kept[0]() if kept else None) is None:
        array = _read(name, cache)
        kept[:] = [weakref.ref(array)]
    return array


@functools.lru_cache(maxsize=16)
def weak(name: str, cache: Path) -> list[weakref.ref[Array]]:
    """Return the place for a reference to an array that is in use somewhere in this process."""
    return []


def _read(name: str, cache: Path) -> Array:
    """Return one file as an array, from the cache if it is there."""
    path = cache / "mnist" / name
    content = _cached(path)
    if content is not None:
        return parse_idx(content, path)
    content, packed = read_idx(PACKED, name)
    if sha256(content) != SHA256[name]:
        raise ValueError(f"{packed}: expected the digits with SHA-256 {SHA256[name]}, got other content")
    try:
        _clear(path)
        write_atomically(path, content)
    except OSError as error:
        # One sentence for all four files, so that it is said once.
        warnings.warn(
            f"MNIST stays in memory: {path.parent} cannot be written ({error.strerror})", stacklevel=2
        )
    return parse_idx(content, packed)


def _clear(path: Path) -> None:
    """Remove what killed processes have left of a file, 47 MB at most; others may be writing it now."""
    for half in path.parent.glob(f".{path.name}.*"):
        if time.time() - half.stat().st_mtime > _HOUR:
            half.unlink(missing_ok=True)


_HOUR = 3600.0


def _cached(path: Path) -> bytes | None:
    """Return a cached file's bytes, if they are the right ones."""
    try:
        content, _ = read_idx(path.parent, path.name)
    except (OSError, ValueError):
        return None
    return content if sha256(content) == SHA256[path.name] else None


def read_idx(folder: Path, name: str) -> tuple[bytes, Path]:
    """Return an IDX file's unpacked bytes and where they came from.

    Raises
    ------
    FileNotFoundError
        If neither ``name`` nor ``name.gz`` is in the folder.
    ValueError
        If the packed file is damaged.
    """
    plain, packed = folder / name, folder / f"{name}.gz"
    if plain.is_file():
        with plain.open("rb") as file:
            return _as_long_as_it_says(file, plain), plain
    if not packed.is_file():
        raise FileNotFoundError(f"{plain}: no such file, nor {packed.name}")
    try:
        with gzip.open(packed) as file:
            return _as_long_as_it_says(file, packed), packed
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{packed}: expected a whole gzip file, got a damaged one ({error})") from None


def _as_long_as_it_says(file: IO[bytes] | gzip.GzipFile, path: Path) -> bytes:
    """Return the bytes that the header speaks of, and one more if there are more."""
    head = file.read(4)
    if head[:3] != MAGIC or len(head) < 4 or head[3] > DIMENSIONS:
        return head
    sizes = file.read(4 * head[3])
    shape = _shape(sizes)
    if math.prod(shape) > MOST:
        raise ValueError(f"{path}: expected at most {MOST} bytes, got a header with shape {shape}")
    try:
        # In one piece: a file is as large as everything else that a run needs.
        file.seek(0)
        return file.read(len(head) + len(sizes) + math.prod(shape) + 1)
    except MemoryError:
        raise ValueError(f"{path}: there is not enough memory for its {math.prod(shape)} bytes") from None


def _shape(sizes: bytes) -> tuple[int, ...]:
    return tuple(int(n) for n in np.frombuffer(sizes[: len(sizes) // 4 * 4], dtype=">u4"))


def parse_idx(content: bytes, path: Path) -> Array:
    """Return the array in an IDX file's bytes, without a copy.

    Raises
    ------
    ValueError
        If it is not an IDX file of unsigned bytes, or not as long as it says.
    """
    head = content[:4]
    if head[:3] != MAGIC or len(head) < 4 or len(content) < 4 + 4 * head[3]:
        raise ValueError(f"{path}: expected an IDX file of unsigned bytes, got one that begins {head!r}")
    begin = 4 + 4 * head[3]
    shape = _shape(content[4:begin])
    if not shape:
        raise ValueError(f"{path}: expected images or labels, got an array of no dimension")
    expected = begin + math.prod(shape)
    if len(content) != expected:
        got = "more" if len(content) > expected else len(content)
        raise ValueError(f"{path}: expected {expected} bytes for shape {shape}, got {got}")
    return np.frombuffer(content, dtype=np.uint8, offset=begin).reshape(shape)


def as_data(arrays: dict[str, Array], source: str) -> Data:
    """Return the four arrays as data; bytes are scaled to 0 … 1.

    Raises
    ------
    ValueError
        If images and labels do not belong together.
    """
    for part in ("train", "test"):
        n, labels = len(arrays[f"{part}_x"]), arrays[f"{part}_target"].shape
        if labels != (n,):
            raise ValueError(f"{source}: expected {n} {part} labels, one an image, got shape {labels}")
        if n == 0:
            raise ValueError(f"{source}: expected {part} examples, got none")
        if (shape := arrays[f"{part}_x"].shape[1:]) == () or 0 in shape:
            raise ValueError(f"{source}: expected {part} images, got some of shape {shape}")
    if arrays["train_x"].shape[1:] != arrays["test_x"].shape[1:]:
        raise ValueError(f"{source}: train and test images differ in shape")
    return Data(
        train=Examples(arrays["train_x"], arrays["train_target"]),
        test=Examples(arrays["test_x"], arrays["test_target"]),
        n_out=int(max(arrays["train_target"].max(), arrays["test_target"].max())) + 1,
        scale=1 / 255,
    )


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"mnist": MNIST}
