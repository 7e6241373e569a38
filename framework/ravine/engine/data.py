"""Data: the examples that a dataset loads, checked before a network learns from them."""

from __future__ import annotations

import functools
import gc
import weakref

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.dataset import Data, Dataset, Examples
from ravine.engine.promises.dataset import loaded
from ravine.records.files import sha256

__all__ = [
    "examples_of",
    "fingerprint",
    "forget",
    "n_out_of",
    "refuse_numbers",
    "release",
    "remarks",
]


def examples_of(dataset: Dataset) -> Data:
    """Return the data that a dataset loads, after a check that a network can learn from them.

    Raises
    ------
    OSError, ValueError
        As ``load`` does. Also if the examples are not what ``Data`` says, or differ from those that the dataset
        gave earlier in this process; the message names the dataset, and what is wrong.
    """
    data = loaded(dataset)
    _refuse_different(dataset, data)
    # The next run probably learns from it too.
    _LAST[type(dataset)] = data
    return data


def _refuse_different(dataset: Dataset, data: Data) -> None:
    """Refuse examples that differ from those that the dataset gave before: its runs could not be repeated."""
    parts = [repr((data.n_out, data.scale))]
    for array in (data.train.x, data.train.target, data.test.x, data.test.target):
        parts += [repr((array.dtype.str, array.shape)), _digest(array)]
    now, key = sha256("\n".join(parts).encode()), _key(dataset)
    if _KNOWN.setdefault(key, (now, data.n_out))[0] != now:
        # If the files have changed, the next experiment learns from the new ones.
        del _KNOWN[key]
        raise ValueError(
            f"{type(dataset).__name__}: two calls of load gave different examples: either it draws without a "
            "seed, which is a field, data_seed: int = 0, or its files have changed meanwhile"
        )


def _digest(array: Array) -> str:
    """Return the SHA-256 of an array's numbers; it is computed once while the array is in memory."""
    known, digest = _DIGESTS.get(id(array), (None, ""))
    if known is None or known() is not array:
        digest = sha256(np.ascontiguousarray(array).data)
        _DIGESTS[id(array)] = weakref.ref(array), digest
    return digest


def _key(dataset: Dataset) -> tuple[type[Dataset], str]:
    # A notebook may have made another class of the same name.
    return type(dataset), repr(dataset)


def refuse_numbers(dataset: Dataset, data: Data, dtype: DTypeLike) -> None:
    """Refuse data that are infinite or all 0 in the type of a run, where they were not before.

    Raises
    ------
    ValueError
        If the type cannot hold them; the message names the dataset, the number and the type.
    """
    name, hold = type(dataset).__name__, functools.partial(np.asarray, dtype=dtype)
    whole = {"scale": data.scale}
    for part, examples in (("train", data.train), ("test", data.test)):
        whole |= {f"{part} inputs": _largest(examples.x)}
        whole |= {f"{part} targets": _largest(examples.target)}
    for what, number in whole.items():
        of_inputs = what.endswith("inputs")
        # As a problem does it: first the type, then the scale.
        with np.errstate(all="ignore"):
            held = hold(number) * hold(data.scale if of_inputs else 1)
        if not np.isfinite(held) or (held == 0) != (number == 0):
            is_ = "=" if what == "scale" else "reach"
            times = f", times the scale {data.scale:g}" if of_inputs and data.scale != 1 else ""
            raise ValueError(f"{name}: {what} {is_} {number:g}{times}: that is {held:g} in {held.dtype}")


def _largest(values: Array) -> float:
    """Return the number that is farthest from 0, or 0 for whole numbers, which every type can hold."""
    if values.dtype.kind != "f":
        return 0.0
    low, high = float(values.min()), float(values.max())
    return low if -low > high else high


def remarks(data: Data, train: Examples) -> list[str]:
    """Return sentences on data that teach little.

    Parameters
    ----------
    data : Data
        All examples.
    train : Examples
        Those of them that a run learns from.
    """
    sentences = []
    if len(train) > 1:
        all_of_them = f"all {len(train)} training examples have the"
        if _are_equal(train.target):
            first = train.target[0].tolist()
            sentences.append(f"{all_of_them} target {first}, so there is nothing to tell apart")
        if _are_equal(train.x):
            sentences.append(f"{all_of_them} same input")
    if data.train.target.ndim == 1:
        present = np.union1d(data.train.target, data.test.target)
        missing = np.setdiff1d(np.arange(data.n_out), present).tolist()
        if missing:
            sentences.append(_missing(missing, data.n_out))
    return sentences


def _are_equal(rows: Array) -> bool:
    """Whether all rows are the same; it compares them only as far as they are."""
    return all((rows[at : at + 1000] == rows[0]).all() for at in range(0, len(rows), 1000))


def _missing(classes: list[int], n_out: int) -> str:
    which = f"class {classes[0]}" if len(classes) == 1 else f"{len(classes)} classes, the first is {classes[0]}"
    start = ": are classes numbered from 1? They are numbered from 0" if classes == [0] else ""
    return f"there is no example of {which}, and n_out = {n_out}{start}"


def fingerprint(dataset: Dataset) -> str:
    """Return the SHA-256 of all data of a dataset; they are read once in a process, or again after ``forget``.

    Raises
    ------
    OSError, ValueError
        If the data cannot be read.
    """
    return _known(dataset)[0]


def n_out_of(dataset: Dataset) -> int:
    """Return how many outputs a dataset needs; its data are read as for ``fingerprint``.

    Raises
    ------
    OSError, ValueError
        If the data cannot be read.
    """
    return _known(dataset)[1]


def _known(dataset: Dataset) -> tuple[str, int]:
    key = _key(dataset)
    if key not in _KNOWN:
        examples_of(dataset)
    return _KNOWN[key]


def release() -> None:
    """Let go of the data of the last runs, which are as large as all else; runs that follow read them again."""
    if _LAST:
        _LAST.clear()
        # Loop and problem of a run know each other.
        gc.collect()


def forget() -> None:
    """Forget the fingerprints of all datasets, because files may have changed since."""
    _KNOWN.clear()
    _DIGESTS.clear()


# The fingerprints, and how many outputs the data need.
_KNOWN: dict[tuple[type[Dataset], str], tuple[str, int]] = {}

# By kind of dataset, the data that were loaded last.
_LAST: dict[type[Dataset], Data] = {}

# By the array's id.
_DIGESTS: dict[int, tuple[weakref.ref[Array], str]] = {}
