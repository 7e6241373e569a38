"""Passes of other libraries' layers, and how far a layer is from them, forward and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.layer import Layer
from ravine.testing.trial import Trial

__all__ = ["differences", "distance"]


class _Draws:
    """A random stream that hands out numbers that are given, one array a call."""

    def __init__(self, draws: Sequence[Any]) -> None:
        self._left: Iterator[Any] = iter(draws)

    def random(self, size: tuple[int, ...], dtype: DTypeLike = np.float64) -> Array:
        """Return the next array."""
        return np.array(next(self._left), dtype).reshape(size)


def differences(layer: Layer, source: Mapping[str, Any]) -> dict[str, float]:
    """Return how far a layer is from a source, by array.

    Parameters
    ----------
    layer : Layer
        The layer, with the fields of the source.
    source : mapping
        One pass: ``training``, the input ``x``, the gradient ``dy`` of the output, the layer's arrays ``p`` by
        name, perhaps the ``draws`` that it gets from its random stream, and what the pass ``gives``: ``y``,
        ``dx``, ``dW`` for the gradient of a parameter W, and buffers after the pass by their names.

    Returns
    -------
    dict of str to float
        For each array that the pass gives, the largest difference, relative to the array's largest number.
    """
    x = np.array(source["x"])
    trial = Trial(layer, x.shape[1:], batch=len(x))
    trained = trial.named(trial.theta)
    kept = trial.named(trial.buffers, trial.network.buffers)
    for name, numbers in source["p"].items():
        (trained | kept)[name][...] = numbers
    noise: Any = _Draws(source.get("draws", ()))
    p = trial.arrays(training=source["training"], noise=noise)
    with np.errstate(all="ignore"):
        y, backward, *_ = layer.forward(x, p, training=source["training"], rng=noise)
        dx = backward(np.array(source["dy"]), need_dx=layer.vocabulary is None)
    gradients = {f"d{name}": array for name, array in trial.named(trial.grad).items()}
    found: dict[str, Any] = {"y": y, "dx": dx} | gradients | kept
    return {name: distance(found[name], np.array(numbers)) for name, numbers in source["gives"].items()}


def distance(ours: Array, theirs: Array) -> float:
    """Return the largest difference of two arrays, relative to the largest number of the second.

    Raises
    ------
    ValueError
        If they have different shapes.
    """
    if np.shape(ours) != theirs.shape:
        raise ValueError(f"ours has shape {np.shape(ours)}, theirs {theirs.shape}")
    size = float(np.abs(theirs).max())
    apart = float(np.abs(ours - theirs).max())
    return apart / size if size > 0 else apart
