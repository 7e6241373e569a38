"""IDX files from a folder: Fashion-MNIST, KMNIST, EMNIST and whatever else has the form of MNIST."""

import gzip
import math
import os
import re
import zlib
from collections.abc import Mapping
from contextlib import nullcontext
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

NAME = re.compile(
    r"(?:(?P<dataset>[^.].*)-)?(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx\d-"
    r"(?:ubyte|byte|short|int|float|double)(?:\.gz)?"
)
"""The names that files have in downloads: EMNIST's begin with its own name, and some have a dot before idx."""

NUMBERS = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The types of numbers in IDX files, by the third byte; the number of dimensions comes next."""

DIMENSIONS = 8
"""The most dimensions that an array may have; examples of one have one less."""

MOST = 2 << 30
"""The most bytes that an array may have: a small packed file can say that it is longer than any memory."""

OTHERS = {
    b"<": "is a web page, not an IDX file: download it again",
    b"PK\x03\x04": "is a zip archive, not an IDX file: unzip it",
    b"version https://git-lfs": "is a pointer of Git LFS, not an IDX file: git lfs pull gets it",
    b"\x1f\x8b": "is packed twice: unpack it once",
}
"""What is found under these names, too, by how it begins."""

DAMAGED = "download it again, or make it again"


@dataclass(frozen=True, kw_only=True)
class Idx(Dataset):
    """IDX files: any dataset in the form of MNIST, from a folder of yours (Fashion-MNIST, KMNIST, EMNIST, …).

    Parameters
    ----------
    folder : str
        Where ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte`` and
        ``t10k-labels-idx1-ubyte`` lie, as they are or packed with gzip; a ``~`` is the home. EMNIST's names are
        read, too, if the files of one dataset are there: ``emnist-letters-train-images-idx3-ubyte``, and
        ``emnist-letters-test-images-idx3-ubyte``. Images are unsigned bytes, 0 to 255; labels are whole
        numbers.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    LeCun, Cortes and Burges, The MNIST database of handwritten digits, "The IDX file format".
    """

    folder: str

    def load(self) -> Data:
        files = files_of(Path(os.path.expanduser(self.folder)))
        return as_data({part: parse_idx(unpacked(file), file) for part, file in files.items()}, files)


def files_of(folder: Path) -> dict[str, Path]:
    """Return the four files of a folder, by what they hold; MNIST's own names come before others.

    Raises
    ------
    OSError
        If the folder or one of the files is missing.
    ValueError
        If the folder has several datasets.
    """
    if not folder.is_dir():
        said = "it is a file; the folder with the four files is meant" if folder.exists() else "no such folder"
        raise NotADirectoryError(f"{folder}: {said}")
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir(), key=lambda path: (not path.is_file(), path.name)):
        if words := NAME.fullmatch(path.name):
            of = "train" if words["part"] == "train" else "test"
            what = "x" if words["what"] == "images" else "target"
            found.setdefault(words["dataset"] or "", {}).setdefault(f"{of}_{what}", path)
    dataset = "" if "" in found or not found else min(found)
    if dataset and len(found) > 1:
        raise ValueError(
            f"{folder}: there are files of {' and '.join(sorted(found))}; the four files of one of them need "
            "a folder of their own"
        )
    names = {
        part: f"{dataset}-{name.replace('t10k', 'test')}" if dataset else name for part, name in FILES.items()
    }
    there = found.get(dataset, {})
    return {part: _file(there.get(part, folder / name)) for part, name in names.items()}


def _file(path: Path) -> Path:
    """Return the file itself: programs that unzip make a folder of its name around it."""
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file, nor {path.name}.gz")
    if path.is_dir():
        inside = [file for file in sorted(path.iterdir()) if NAME.fullmatch(file.name) and file.is_file()]
        if len(inside) != 1:
            raise IsADirectoryError(f"{path}: it is a folder, without the file of that name")
        return inside[0]
    if not path.is_file():
        raise OSError(f"{path}: it is not a regular file")
    return path


def unpacked(path: Path) -> bytes:
    """Return an IDX file's bytes, unpacked if they are packed, whatever its name says.

    Raises
    ------
    ValueError
        If the packed file is damaged, or what it holds is too long.
    """
    try:
        with path.open("rb") as file, _opened(file) as content:
            return _as_long_as_it_says(content, path)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(
            f"{path}: expected a whole gzip file, got a damaged one ({error}): {DAMAGED}"
        ) from None


def _opened(file: IO[bytes]) -> gzip.GzipFile | nullcontext[IO[bytes]]:
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed else nullcontext(file)


def _as_long_as_it_says(file: IO[bytes] | gzip.GzipFile, path: Path) -> bytes:
    """Return the bytes that the header speaks of, and one more if there are more."""
    head = file.read(4)
    if not _is_header(head):
        return head + file.read(60)
    sizes = file.read(4 * head[3])
    # With the low byte first they may be far too large.
    most = min(_length(head, sizes), _length(head, sizes, "<u4"))
    if most > MOST:
        shape = _shape(sizes)
        raise ValueError(f"{path}: expected at most {MOST} bytes, got a header with shape {shape}: {DAMAGED}")
    length = _length(head, sizes)
    try:
        # In one piece: a file may be as large as everything else that a run needs.
        file.seek(0)
        return file.read(len(head) + len(sizes) + (length if length <= MOST else most) + 1)
    except MemoryError:
        raise ValueError(f"{path}: there is not enough memory for its {length} bytes") from None


def _shape(sizes: bytes, order: str = ">u4") -> tuple[int, ...]:
    return tuple(int(n) for n in np.frombuffer(sizes[: len(sizes) // 4 * 4], dtype=order))


def _length(head: bytes, sizes: bytes, order: str = ">u4") -> int:
    return math.prod(_shape(sizes, order)) * np.dtype(NUMBERS[head[2]]).itemsize


def _is_header(head: bytes) -> bool:
    return len(head) == 4 and head[:2] == b"\0\0" and head[2] in NUMBERS and head[3] <= DIMENSIONS


def _not_idx(content: bytes) -> str:
    """Return what bytes are that do not begin as an IDX file does, or nothing."""
    head = content[:4]
    if _is_header(head):
        return ""
    if not content:
        return "is empty: download it again"
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if said := next((said for begin, said in OTHERS.items() if text.startswith(begin)), ""):
        return said
    if _is_header(head[::-1]):
        return "its header is written with the low byte first; IDX has the high byte first"
    return f"expected an IDX file, got one that begins {head!r}: {DAMAGED}"


def parse_idx(content: bytes, path: Path) -> Array:
    """Return the array in an IDX file's bytes, of unsigned bytes without a copy.

    Raises
    ------
    ValueError
        If it is not an IDX file, or not as long as it says.
    """
    if said := _not_idx(content):
        raise ValueError(f"{path}: {said}")
    begin = 4 + 4 * content[3]
    head, sizes = content[:4], content[4:begin]
    if len(content) < begin:
        raise ValueError(f"{path}: it ends within its header: {DAMAGED}")
    if not (shape := _shape(sizes)):
        raise ValueError(f"{path}: expected images or labels, got an array of no dimension")
    if 0 in shape:
        raise ValueError(f"{path}: its shape is {shape}, so there is nothing in it: {DAMAGED}")
    expected = begin + _length(head, sizes)
    if len(content) != expected:
        if len(content) == begin + _length(head, sizes, "<u4"):
            raise ValueError(
                f"{path}: its sizes are written with the low byte first; IDX has the high byte first"
            )
        got = "more" if len(content) > expected else len(content)
        raise ValueError(f"{path}: expected {expected} bytes for shape {shape}, got {got}: {DAMAGED}")
    numbers = np.frombuffer(content, dtype=NUMBERS[head[2]], offset=begin).reshape(shape)
    return numbers.astype(numbers.dtype.newbyteorder("="), copy=False)


def as_data(arrays: Mapping[str, Array], files: Mapping[str, Path]) -> Data:
    """Return the four arrays as data; bytes are scaled to 0 … 1.

    Raises
    ------
    ValueError
        If they are not images and labels, or do not belong together; the message names the file.
    """
    for part in ("train", "test"):
        images, labels = arrays[f"{part}_x"], arrays[f"{part}_target"]
        if said := _not_images(images):
            raise ValueError(f"{files[f'{part}_x']}: {said}")
        if said := _not_labels(labels):
            raise ValueError(f"{files[f'{part}_target']}: {said}")
        if len(labels) != len(images):
            raise ValueError(
                f"{files[f'{part}_target']}: {len(labels)} labels for {len(images)} images: "
                "are the files of one dataset?"
            )
    train, test = arrays["train_x"].shape[1:], arrays["test_x"].shape[1:]
    if train != test:
        raise ValueError(
            f"{files['test_x']}: images of shape {test}, but those to train have {train}: "
            "are the files of one dataset?"
        )
    return Data(
        train=Examples(arrays["train_x"], arrays["train_target"]),
        test=Examples(arrays["test_x"], arrays["test_target"]),
        n_out=int(max(arrays["train_target"].max(), arrays["test_target"].max())) + 1,
        scale=1 / 255,
    )


def _not_images(images: Array) -> str:
    """Return why an array has no images, or nothing."""
    if images.ndim < 2:
        return (
            f"images of shape {images.shape}: images have two dimensions or more, examples first; "
            "are these labels?"
        )
    if images.dtype != np.uint8:
        return f"images of {images.dtype}; dataset=idx reads images of unsigned bytes, 0 to 255"
    return ""


def _not_labels(labels: Array) -> str:
    """Return why an array has no labels, or nothing."""
    if labels.ndim != 1:
        return f"labels of shape {labels.shape}: labels have one dimension, a number an image"
    if labels.dtype.kind == "f":
        return f"labels of {labels.dtype}; labels are whole numbers, classes from 0"
    if not _are_classes(labels) and _are_classes(labels.byteswap()):
        return "its labels are written with the low byte first; IDX has the high byte first"
    if labels.min() < 0:
        return f"labels from {labels.min()} to {labels.max()}: labels are classes, numbered from 0"
    return ""


def _are_classes(labels: Array) -> bool:
    return bool(labels.min() >= 0 and labels.max() < 256)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"idx": Idx}
