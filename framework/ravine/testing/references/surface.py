"""How far a surface is from other libraries and papers: its value, its gradient and its minima."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.surface import Surface

__all__ = ["differences"]


def differences(surface: Surface, source: Mapping[str, Any]) -> dict[str, float]:
    """Return how far values and derivatives are apart, relative to the largest of them.

    Parameters
    ----------
    surface : Surface
        Made with the source's ``fields``.
    source : mapping
        Coordinates ``x`` and ``y`` of points, and there the value ``f`` and the gradient, ``dx`` and ``dy``;
        and perhaps ``minima``, the global ones with their values: ``[[x, y, f], …]``.
    """
    x, y = np.array(source["x"]), np.array(source["y"])
    dx, dy = surface.gradient(x, y)
    found = {
        name: _apart(ours, np.array(source[name]))
        for name, ours in (("f", surface.value(x, y)), ("dx", dx), ("dy", dy))
    }
    if "minima" in source:
        theirs = np.array(sorted(source["minima"]))
        points = np.array(sorted(surface.minima))
        ours = np.column_stack([points, surface.value(*points.T)])
        # A minimum of 0 has no digits: values are measured by those at the other points.
        scale = np.array([1.0, 1.0, np.abs(source["f"]).max()])
        found["minima"] = float((np.abs(ours - theirs) / np.maximum(np.abs(theirs), scale)).max())
    return found


def _apart(ours: Array, theirs: Array) -> float:
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())
