"""How far an initializer is from other libraries and papers: in what it states, and in what it draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.initializer import Initializer, draw
from ravine.contracts.rule import Place
from ravine.testing.numerics import rng

__all__ = ["differences"]

NUMBERS = 200_000
"""Numbers that are drawn, at least, where bounds or spread are measured."""

ERRORS = 5
"""Standard errors that a measured standard deviation may be off."""

FARTHEST = 4.0
"""Standard deviations beyond which a draw without bounds has a number, nearly always."""

GAPS = 200
"""How often the mean gap between two numbers a bound may be off: for cut tails, which are thin."""


def differences(initializer: Initializer, source: Mapping[str, Any]) -> dict[str, float]:
    """Return how far an initializer is from a source.

    What it states, and what chance does not change, are compared to the last digit. Draws are measured with a
    fixed seed: their difference is what is left above five standard errors, or above the gap that a draw leaves
    at a bound, so it is 0 if chance explains it.

    Parameters
    ----------
    initializer : Initializer
        Made with the source's ``fields``.
    source : mapping
        ``shape`` and ``axes`` of the weight; ``std``, and ``low`` and ``high``, the bounds, None where there is
        none; or ``array``, or ``gram``, the product of the weight as a matrix with its transpose, whichever is
        smaller; or ``nonzeros``, how many weights of each unit are not 0.
    """
    shape, axes = tuple(source["shape"]), tuple(source["axes"])
    window = math.prod(n for n, axis in zip(shape, axes, strict=True) if axis == "kernel")
    fans = window * shape[axes.index("in")], window * shape[axes.index("out")]
    place, chance = Place("0.reference.W", shape, "hidden", 1, 3, 1.0, axes), rng(11)
    first = draw(initializer, chance, fans, place)
    found = {}
    for name in ("array", "gram", "nonzeros"):
        if name in source:
            theirs = np.array(source[name], dtype=np.float64)
            ours = {"array": lambda w: w, "gram": _gram, "nonzeros": _nonzeros}[name](first)
            found[name] = _apart(ours, theirs) if ours.shape == theirs.shape else math.inf
    if "std" in source:
        more = [draw(initializer, chance, fans, place) for _ in range(NUMBERS // first.size)]
        drawn, std = np.stack([first, *more]), source["std"]
        found["std"] = abs(initializer.std_for(*fans) - std) / std
        found["drawn std"] = max(0.0, abs(float(drawn.std()) / std - 1) - ERRORS * _error(drawn))
        for name in ("low", "high"):
            if name in source:
                found[name] = _beyond(source[name], name, drawn, std)
    return found


def _gram(weight: Array) -> Array:
    matrix = weight.reshape(-1, weight.shape[-1])
    return matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix


def _nonzeros(weight: Array) -> Array:
    return np.asarray(np.count_nonzero(weight.reshape(-1, weight.shape[-1]), axis=0))


def _apart(ours: Array, theirs: Array) -> float:
    return float(np.abs(ours - theirs).max() / (np.abs(theirs).max() or 1.0))


def _error(drawn: Array) -> float:
    """Return the relative standard error of a standard deviation, from the fourth moment."""
    squares = np.square(drawn - drawn.mean())
    return float(squares.std() / squares.mean() / 2 / drawn.size**0.5)


def _beyond(bound: float | None, name: str, drawn: Array, std: float) -> float:
    """Return how far the outermost number of a draw is from a bound, in standard deviations."""
    end = float(drawn.min() if name == "low" else drawn.max())
    if bound is None:
        return max(0.0, FARTHEST - abs(end) / std)
    inside, gap = abs(bound) - abs(end), 2 * abs(bound) / drawn.size
    return (-inside if inside < 0 else max(0.0, inside - GAPS * gap)) / std
