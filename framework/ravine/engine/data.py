"""Data: what a dataset loads, once it is known that a network can learn from it."""

from __future__ import annotations

import weakref

import numpy as np

from ravine.base.types import Array
from ravine.contracts.dataset import Data, Dataset
from ravine.records.files import sha256

__all__ = [
    "examples_of",
    "fingerprint",
    "forget",
]


def examples_of(dataset: Dataset) -> Data:
    """Return what a dataset loads, once it is known that a network can learn from it.

    Raises
    ------
    OSError, ValueError
        As ``load`` does; if the examples are not what ``Data`` says, or others than a call of this process
        gave before: the dataset, and what is wrong.
    """
    data, name = dataset.load(), type(dataset).__name__
    if not isinstance(data, Data):
        what = "None" if data is None else f"a {type(data).__name__}"
        raise ValueError(f"{name}: load returns {what}: it is a ravine.Data")
    for part, examples in (("train", data.train), ("test", data.test)):
        for what, values in vars(examples).items():
            if not isinstance(values, np.ndarray):
                raise ValueError(f"{name}: {part}.{what} is a {type(values).__name__}: it is a NumPy array")
        if not len(examples):
            raise ValueError(f"{name}: there are no {part} examples")
        if fault := _fault_of_inputs(examples.x) or _fault_of_targets(examples.target, data.n_out):
            raise ValueError(f"{name}: {part} {fault}")
    shapes = data.train.x.shape[1:], data.test.x.shape[1:]
    if shapes[0] != shapes[1]:
        raise ValueError(f"{name}: a train example has shape {shapes[0]}, a test example {shapes[1]}")
    _refuse_others(dataset, data)
    return data


def _refuse_others(dataset: Dataset, data: Data) -> None:
    """Refuse examples that are others than the dataset gave before: its runs could not be made again."""
    parts = [repr((data.n_out, data.scale))]
    for array in (data.train.x, data.train.target, data.test.x, data.test.target):
        parts += [repr((array.dtype.str, array.shape)), _digest(array)]
    now, which = sha256("\n".join(parts).encode()), _which(dataset)
    if _FINGERPRINTS.setdefault(which, now) != now:
        del _FINGERPRINTS[which]  # if it is the files that are others now, the next experiment is of these
        raise ValueError(
            f"{type(dataset).__name__}: two calls of load gave other examples: either it draws without a seed, "
            "which is a field, data_seed: int = 0, or its files have changed meanwhile"
        )


def _digest(array: Array) -> str:
    """Return the SHA-256 of an array's numbers, which is taken once of one that stays in memory."""
    there, digest = _DIGESTS.get(id(array), (None, ""))
    if there is None or there() is not array:
        digest = sha256(np.ascontiguousarray(array).data)
        _DIGESTS[id(array)] = weakref.ref(array), digest
    return digest


def _which(dataset: Dataset) -> str:
    return f"{type(dataset).__module__}.{dataset!r}"


def _fault_of_inputs(x: Array) -> str:
    """Return what is wrong with inputs, or nothing."""
    if x.dtype.kind not in "buif":
        return f"inputs are of type {x.dtype}: they are real numbers"
    return _not_finite("inputs", x)


def _fault_of_targets(target: Array, n_out: int) -> str:
    """Return what is wrong with targets for a network of so many outputs, or nothing."""
    n = len(target)
    if target.shape not in ((n,), (n, n_out)):
        return (
            f"targets have shape {target.shape}: with n_out = {n_out} it is ({n},), class numbers, "
            f"or ({n}, {n_out}), a row an example"
        )
    if target.ndim == 2:
        return _not_finite("targets", target)
    if target.dtype.kind not in "iu":
        return (
            f"targets of shape ({n},) are class numbers, whole numbers; these are of type {target.dtype} "
            f"(a row an example has shape ({n}, {n_out}))"
        )
    low, high = int(target.min()), int(target.max())
    if low < 0 or high >= n_out:
        return f"targets are class numbers from {low} to {high}: with n_out = {n_out} they are 0 to {n_out - 1}"
    return ""


def _not_finite(what: str, values: Array) -> str:
    """Return how many rows have a number that is not finite, or nothing; whole numbers all are."""
    if values.dtype.kind != "f":
        return ""
    bad = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
    return f"{what} of {len(bad)} examples are not finite, the first at {bad[0]}" if len(bad) else ""


def fingerprint(dataset: Dataset) -> str:
    """Return the SHA-256 of all that a dataset holds; read once a process, or until ``forget``.

    Raises
    ------
    OSError, ValueError
        If it cannot be read.
    """
    which = _which(dataset)
    if which not in _FINGERPRINTS:
        examples_of(dataset)
    return _FINGERPRINTS[which]


def forget() -> None:
    """Forget what datasets gave: files may have changed since."""
    _FINGERPRINTS.clear()
    _DIGESTS.clear()


_FINGERPRINTS: dict[str, str] = {}

_DIGESTS: dict[int, tuple[weakref.ref[Array], str]] = {}  # by the array's id
