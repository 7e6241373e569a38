"""Dataset: it loads examples that a network can learn from, and splits them into those of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.dataset import Data, Dataset, Examples, Split
from ravine.engine.promises.writing import to_read

__all__ = ["fault_of_targets", "loaded", "not_finite", "split"]


def loaded(dataset: Dataset) -> Data:
    """Return the data that a dataset loads.

    Raises
    ------
    OSError, ValueError
        As ``load`` does. Also if the examples are not what ``Data`` says; the message names the dataset, and
        what is wrong.
    """
    data: Any = dataset.load()
    name = type(dataset).__name__
    if not isinstance(data, Data):
        got = "None" if data is None else f"a {type(data).__name__}"
        raise ValueError(f"{name}: load returns {got}: it must return a ravine.Data")
    for part, examples in (("train", data.train), ("test", data.test)):
        for key, values in vars(examples).items():
            if not isinstance(values, np.ndarray):
                got = type(values).__name__
                raise ValueError(f"{name}: {part}.{key} is a {got}: it must be a NumPy array")
        if not len(examples):
            raise ValueError(f"{name}: there are no {part} examples")
        if fault := _fault_of_inputs(examples.x) or fault_of_targets(examples.target, data.n_out):
            raise ValueError(f"{name}: {part} {fault}")
    shapes = data.train.x.shape[1:], data.test.x.shape[1:]
    if shapes[0] != shapes[1]:
        raise ValueError(f"{name}: a train example has shape {shapes[0]}, a test example {shapes[1]}")
    return data


def _fault_of_inputs(x: Array) -> str:
    """Return what is wrong with inputs, or nothing."""
    if x.dtype.kind not in "buif":
        return f"inputs are of type {x.dtype}: they must be real numbers"
    return not_finite("inputs", x)


def fault_of_targets(target: Array, n_out: int) -> str:
    """Return what is wrong with targets for a network with ``n_out`` outputs, or nothing."""
    n = len(target)
    if target.shape not in ((n,), (n, n_out)):
        return (
            f"targets have shape {target.shape}: with n_out = {n_out} it must be ({n},), class numbers, "
            f"or ({n}, {n_out}), a row for each example"
        )
    if target.ndim == 2:
        return not_finite("targets", target)
    if target.dtype.kind not in "iu":
        return (
            f"targets of shape ({n},) are class numbers and must be whole numbers; these are of type "
            f"{target.dtype} (with a row for each example the shape is ({n}, {n_out}))"
        )
    if n_out == 1:
        return (
            "targets are class numbers, and with n_out = 1 there is one class, so there is nothing to tell "
            f"apart; targets that are numbers have the shape ({n}, 1)"
        )
    low, high = int(target.min()), int(target.max())
    if low < 0 or high >= n_out:
        return (
            f"targets are class numbers from {low} to {high}: with n_out = {n_out} they must be "
            f"0 to {n_out - 1}"
        )
    return ""


def not_finite(what: str, values: Array) -> str:
    """Return how many rows have a number that is not finite, or nothing; whole numbers are always finite."""
    if values.dtype.kind != "f":
        return ""
    bad = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
    return f"{what} of {len(bad)} examples are not finite, the first at {bad[0]}" if len(bad) else ""


def split(dataset: Dataset, data: Data, rng: np.random.Generator) -> Split:
    """Return the examples of a run as a dataset splits them; nobody can write into their arrays.

    Raises
    ------
    ValueError
        As ``Dataset.split`` does.
    TypeError
        If it does not return a ``Split``.
    """
    given: Any = dataset.split(data, rng)
    if not isinstance(given, Split):
        raise TypeError(f"split returned a {type(given).__name__}, not a ravine.Split")
    # All that sees examples sees these arrays, and every later batch is made of them: scores, losses, probes.
    parts = {name: getattr(given, name) for name in ("train", "validation", "test")}
    return replace(given, **{name: Examples(to_read(p.x), to_read(p.target)) for name, p in parts.items()})
