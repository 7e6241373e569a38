"""Arrays of your own, in a file as NumPy writes it."""

import lzma
import math
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from ravine import Array, Data, Dataset, Examples, hookimpl

from ravine_plugins.datasets._own import MOST, parts, regular_file

ONE = ("x", "y")
TWO = ("x_train", "y_train", "x_test", "y_test")
SHARE = 0.2

HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@dataclass(frozen=True, kw_only=True)
class Npz(Dataset):
    """NPZ: arrays of yours, as ``numpy.savez`` writes them: x and y, or x_train, y_train, x_test and y_test.

    Parameters
    ----------
    file : str
        The file; a ``~`` is the home. x has an example a row, of numbers of any shape; y has classes, whole
        numbers from 0 in one dimension, or a row of numbers an example. Other arrays are not read, and arrays
        of objects are refused.
    scale : float
        Inputs are multiplied by it: 1/255, which is 0.00392156862745098, for bytes.
    test_share : float or None
        The share of x and y that is the test, drawn with ``data_seed``; None for 0.2. A file that has a test of
        its own needs none.
    data_seed : int
        Of the draw, which is also the order of the training examples; it is the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    NumPy Enhancement Proposal 1, A Simple File Format for NumPy Arrays.
    """

    file: str
    scale: float = 1.0
    test_share: float | None = None
    data_seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(scale="(0, inf)", test_share="(0, 1)", data_seed="[0, inf)")

    def load(self) -> Data:
        path = regular_file(self.file)
        arrays = read(path)
        if "x" in arrays:
            share = SHARE if self.test_share is None else self.test_share
            train, test = parts(_examples(arrays, *ONE, path), share, self.data_seed, path)
        else:
            if self.test_share is not None or self.data_seed:
                raise ValueError(f"{path}: it has a test of its own: test_share and data_seed change nothing")
            train, test = _examples(arrays, *TWO[:2], path), _examples(arrays, *TWO[2:], path)
            for name, one, other in (("x", train.x, test.x), ("y", train.target, test.target)):
                if one.shape[1:] != other.shape[1:]:
                    raise ValueError(
                        f"{path}: an example of {name}_train has shape {one.shape[1:]}, one of {name}_test "
                        f"{other.shape[1:]}"
                    )
        if train.target.ndim == 2:
            return Data(train, test, n_out=train.target.shape[1], scale=self.scale)
        n_out = int(max(train.target.max(), test.target.max())) + 1
        return Data(train, test, n_out=n_out, scale=self.scale)


def read(path: Path) -> dict[str, Array]:
    """Return the arrays of a file that are examples, by name: two, or four.

    Raises
    ------
    ValueError
        If it is not an archive of arrays of numbers, or has others; the message names the file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            there = [name.removesuffix(".npy") for name in archive.namelist()]
            names = [names for names in (ONE, TWO) if {*names} <= {*there}]
            if len(names) != 1:
                both = "both of them" if names else ", ".join(map(repr, there[:10])) or "none"
                raise ValueError(
                    f"{path}: expected arrays x and y, or x_train, y_train, x_test and y_test; "
                    f"there are: {both}"
                )
            return {name: _array(archive, name, path) for name in names[0]}
    except MemoryError:
        raise ValueError(f"{path}: there is not enough memory for its arrays") from None
    # zipfile's NotImplementedError is about a packing, and its RuntimeError about a password.
    except (
        zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
        RuntimeError, OSError,
    ) as error:  # fmt: skip
        raise ValueError(
            f"{path}: expected a whole .npz, got another file or a damaged one ({error})"
        ) from None


def _array(archive: zipfile.ZipFile, name: str, path: Path) -> Array:
    """Return an array, after a look at how long it says that it is."""
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as file:
        shape, in_fortran, dtype = _header(file, f"{path}: {name}")
        if dtype.kind not in "biuf":
            raise ValueError(f"{path}: {name} is of type {dtype}; it has to be of numbers")
        length = math.prod(shape) * dtype.itemsize
        if length > MOST:
            raise ValueError(f"{path}: {name} has {length} bytes; at most {MOST} are read")
        content = file.read(length + 1) if length == member.file_size - file.tell() else b""
    if len(content) != length:
        raise ValueError(f"{path}: {name} is not as long as its shape {shape} says")
    flat = np.frombuffer(content, dtype).astype(dtype.newbyteorder("="), copy=False)
    return flat.reshape(shape, order="F" if in_fortran else "C")


def _header(file: IO[bytes], where: str) -> tuple[tuple[int, ...], bool, "np.dtype[np.generic]"]:
    """Return shape, order and type of an array."""
    try:
        shape, in_fortran, dtype = HEADERS[np.lib.format.read_magic(file)](file)
    except MemoryError:
        raise
    # A header is Python's text, and reading it can fail in many ways.
    except Exception:
        raise ValueError(f"{where} is not an array") from None
    if any(n < 0 for n in shape):
        raise ValueError(f"{where} has shape {shape}")
    return shape, in_fortran, dtype


def _examples(arrays: dict[str, Array], x_name: str, y_name: str, path: Path) -> Examples:
    """Return two arrays as examples.

    Raises
    ------
    ValueError
        If they are not inputs and targets, or do not belong together.
    """
    x, y = arrays[x_name], arrays[y_name]
    if x.ndim < 2 or not x.size:
        raise ValueError(
            f"{path}: {x_name} has shape {x.shape}: it needs a row of numbers, or more, an example"
        )
    if y.ndim not in (1, 2) or not y.size:
        raise ValueError(
            f"{path}: {y_name} has shape {y.shape}: classes have one dimension, rows of numbers two"
        )
    if len(x) != len(y):
        raise ValueError(f"{path}: {x_name} has {len(x)} examples, and {y_name} {len(y)}")
    if y.ndim == 1 and y.dtype.kind not in "iu":
        raise ValueError(
            f"{path}: {y_name} is of type {y.dtype}: classes are whole numbers, and numbers have a row each, "
            f"of shape ({len(y)}, 1)"
        )
    if y.ndim == 1 and y.min() < 0:
        raise ValueError(f"{path}: {y_name} has the class {y.min()}: classes are numbered from 0")
    return Examples(x, y)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"npz": Npz}
