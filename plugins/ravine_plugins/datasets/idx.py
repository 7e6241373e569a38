"""IDX files from a folder: Fashion-MNIST, KMNIST, EMNIST and whatever else has the form of MNIST."""

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from ravine import Array, Data, Dataset, Examples, hookimpl

FILES = {
    "train_x": "train-images-idx3-ubyte",
    "train_target": "train-labels-idx1-ubyte",
    "test_x": "t10k-images-idx3-ubyte",
    "test_target": "t10k-labels-idx1-ubyte",
}
"""The names that MNIST gave to its four files and others have kept."""

MAGIC = b"\0\0\x08"
"""How an IDX file of unsigned bytes begins; the number of its dimensions comes next."""

DIMENSIONS = 8
"""The most dimensions that an array may have; examples of one have one less."""

MOST = 2 << 30
"""The most bytes that an array may have: a small packed file can say that it is longer than any memory."""


@dataclass(frozen=True, kw_only=True)
class Idx(Dataset):
    """IDX files: any dataset in the form of MNIST, from a folder of yours (Fashion-MNIST, KMNIST, …).

    Parameters
    ----------
    folder : str
        Where ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte`` and
        ``t10k-labels-idx1-ubyte`` lie, each as it is or with ``.gz``.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    LeCun, Cortes and Burges, The MNIST database of handwritten digits, "The IDX file format".
    """

    folder: str

    def load(self) -> Data:
        arrays = {part: parse_idx(*read_idx(Path(self.folder), name)) for part, name in FILES.items()}
        return as_data(arrays, self.folder)


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
        return b"".join((head, sizes, file.read(math.prod(shape) + 1)))
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
    return {"idx": Idx}
