"""Augmentation: it returns a batch like the one that it gets, and targets that fit it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.augmentation import Augmentation
from ravine.engine.promises.dataset import fault_of_targets, not_finite
from ravine.engine.promises.layer import fault_of_words
from ravine.engine.promises.writing import sparing, to_read

__all__ = ["augmented"]


def augmented(
    augmentation: Augmentation,
    x: Array,
    target: Array,
    n_out: int,
    rng: np.random.Generator,
    *,
    are_classes: bool,
    words: int | None = None,
) -> tuple[Array, Array]:
    """Return a batch as an augmentation changes it.

    Parameters
    ----------
    augmentation, x, target, n_out, rng
        The augmentation, and what it gets.
    are_classes : bool
        Whether the dataset's targets are classes.
    words : int, optional
        How many whole numbers there are for an input; None if inputs are any numbers.

    Raises
    ------
    ValueError
        As ``augment`` does.
    TypeError
        If it returns anything but inputs like those that it gets, and targets for them.
    """
    # What is given may be kept for others.
    given: Any = sparing(
        "x or target", "augment", augmentation.augment, to_read(x), to_read(target), n_out=n_out, rng=rng
    )
    if not (isinstance(given, tuple) and len(given) == 2):
        raise TypeError(f"augment returned a {type(given).__name__}, not inputs and targets: return x, target")
    for what, item in zip(("inputs", "targets"), given, strict=True):
        if not isinstance(item, np.ndarray):
            raise TypeError(f"augment returned {what} that are a {type(item).__name__}, not an array")
    inputs, targets = given
    if (inputs.shape, inputs.dtype) != (x.shape, x.dtype):
        now, due = (f"shape {one.shape} in {one.dtype}" for one in (inputs, x))
        raise TypeError(f"augment returned inputs of {now}, not of {due}")
    fault = not_finite("inputs", inputs) or _fault_of_made(targets, len(x), n_out, are_classes=are_classes)
    if fault:
        raise TypeError(f"augment returned {fault}")
    if words is not None and (fault := fault_of_words(inputs, words)):
        raise TypeError(
            f"augment returned inputs that {fault}, and there are whole numbers from 0 to {words - 1}"
        )
    return inputs, targets


def _fault_of_made(target: Array, n: int, n_out: int, *, are_classes: bool) -> str:
    """Return what is wrong with the targets that an augmentation makes of ``n`` examples, or nothing."""
    if len(target) != n or target.dtype.kind not in "biuf":
        return f"targets of shape {target.shape} in {target.dtype} for {n} examples"
    if fault := fault_of_targets(target, n_out):
        return fault
    if target.ndim == 1 and not are_classes:
        return "class numbers, and the targets of this dataset are numbers"
    if (
        target.ndim == 2
        and are_classes
        and not ((target >= 0).all() and (abs(target.sum(axis=1) - 1) < 1e-3).all())
    ):
        return "rows that are not shares of classes: they must be at least 0 and sum to 1"
    return ""
