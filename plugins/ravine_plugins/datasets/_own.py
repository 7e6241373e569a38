"""Files of the user's own: which are read, which examples are the test, and how numbers are scaled."""

import os
from pathlib import Path
from typing import Literal

import numpy as np
from ravine import Array, Examples

Scaling = Literal["none", "standard"]

MOST = 1 << 30
"""The most bytes of a file, or of an array in it: a small packed file can say that it has any number."""


def regular_file(file: str) -> Path:
    """Return the path of a file that can be read to its end; a ``~`` is the home.

    Raises
    ------
    OSError
        If there is none, or it is a folder, a pipe or a device.
    ValueError
        If it is too large.
    """
    path = Path(os.path.expanduser(file))
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file")
    if path.is_dir():
        raise IsADirectoryError(f"{path}: it is a folder; a file is meant")
    if not path.is_file():
        raise OSError(f"{path}: it is not a regular file")
    if (size := path.stat().st_size) > MOST:
        raise ValueError(f"{path}: it has {size} bytes; at most {MOST} are read")
    return path


def parts(examples: Examples, share: float, data_seed: int, path: Path) -> tuple[Examples, Examples]:
    """Return the training and the test examples, in the order of a draw: a file may be sorted by its classes.

    Raises
    ------
    ValueError
        If one of them would have none.
    """
    n = round(len(examples) * share)
    if not 0 < n < len(examples):
        raise ValueError(
            f"{path}: test_share = {share} of {len(examples)} examples leaves {len(examples) - n} to train and "
            f"{n} for the test"
        )
    order = np.random.default_rng(data_seed).permutation(len(examples))
    return examples[order[n:]], examples[order[:n]]


def standard(train: Array, test: Array) -> tuple[Array, Array]:
    """Return columns with the mean 0 and the deviation 1 that the training examples have."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1)
    return (train - mean) / deviation, (test - mean) / deviation
