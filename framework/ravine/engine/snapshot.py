"""Snapshot: whether the arrays of a checkpoint are those of a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ravine.base.types import Array

__all__ = ["refuse_misfit"]


def refuse_misfit(given: Mapping[str, Array], own: Mapping[str, Array], updates: int) -> None:
    """Refuse arrays that are not those of a snapshot.

    Parameters
    ----------
    given : dict of str to array
        From a checkpoint, by name.
    own : dict of str to array
        A snapshot of the run at its start, with one evaluation.
    updates : int
        How many the run had made.

    Raises
    ------
    ValueError
        If one is missing, or has another shape or type, or values that are not numbers where the run has none.
    """
    for name in given.keys() ^ own.keys():
        raise ValueError(f"{name} is {'missing' if name in own else 'not of this run'}")
    for name, array in own.items():
        if given[name].dtype != array.dtype or given[name].shape != _shape(name, given, array, updates):
            raise ValueError(f"{name} has another shape or type")
        if np.isnan(given[name]).any() and not np.isnan(array).any():
            raise ValueError(f"{name} has values that are not numbers")


def _shape(name: str, given: Mapping[str, Array], own: Array, updates: int) -> tuple[int, ...]:
    """Return the shape that a given array must have: records are longer than those of the run at its start."""
    kind = name.split(".")[:2]
    if kind[0] == "problem":
        # The problem knows which of its arrays change their lengths.
        return (*given[name].shape[:1], *own.shape[1:])
    if kind[0] != "record":
        return own.shape
    evaluations = len(given["record.evaluation.step"])
    # What is watched has a row before every update, and one at the end.
    n = {"loss": updates, "evaluation": evaluations, "probe": evaluations}.get(kind[1], updates + 1)
    return (n, *own.shape[1:])
