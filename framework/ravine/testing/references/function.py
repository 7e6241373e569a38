"""How far a function is from other libraries and papers: its value and its gradient."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ravine.contracts.function import Function
from ravine.testing.numerics import rng

__all__ = ["differences"]


def differences(function: Function, source: Mapping[str, Any]) -> dict[str, float]:
    """Return how far values and gradients are apart, relative to the largest number of each.

    Parameters
    ----------
    function : Function
        Made with the source's ``fields``, without noise and without data.
    source : mapping
        ``points``, a list of mappings of the parameters by name; and for each point the ``values`` and the
        ``gradients``, a mapping by name. Perhaps ``minimum`` too, the value at the minimum.
    """
    found = {"values": 0.0, "gradients": 0.0}
    scale = np.abs(source["values"]).max()
    for point, value, gradient in zip(source["points"], source["values"], source["gradients"], strict=True):
        p = SimpleNamespace(**{name: np.array(numbers, dtype=np.float64) for name, numbers in point.items()})
        apart = abs(function.value(p, SimpleNamespace()) - value) / scale
        _, g = function.sample(p, SimpleNamespace(), rng())
        for name, theirs in gradient.items():
            steepest = np.abs(theirs).max()
            slopes = float(np.abs(g[name] - np.array(theirs)).max() / steepest)
            found["gradients"] = max(found["gradients"], slopes)
        found["values"] = max(found["values"], float(apart))
    if "minimum" in source:
        there = SimpleNamespace(**(function.minimum(SimpleNamespace()) or {}))
        found["minimum"] = float(abs(function.value(there, SimpleNamespace()) - source["minimum"]) / scale)
    return found
