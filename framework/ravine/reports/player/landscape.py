"""Landscape: the heights of a surface on a grid, and the levels of its contours."""

from __future__ import annotations

from typing import Any

import numpy as np

from ravine.contracts.surface import Surface
from ravine.registry.guard import guarded
from ravine.reports.player.packing import Packer

__all__ = ["curvatures", "landscape"]

# Points on the longer side of the grid, and on the shorter one at least.
_LONG, _SHORT = 97, 49
_LEVELS = 15
# Points at which the gradient is looked at, to see whether it is linear.
_POINTS = 16


def landscape(surface: Surface, label: str, packer: Packer) -> dict[str, Any]:
    """Return what the page draws of a surface: its domain, minima, heights, and levels.

    Levels are closer where the surface is low: they lie evenly in the third root of the height.
    """
    (x_min, x_max), (y_min, y_max) = surface.domain
    wide = (x_max - x_min) / (y_max - y_min)
    nx = _LONG if wide >= 1 else max(round(_LONG * wide), _SHORT)
    ny = _LONG if wide <= 1 else max(round(_LONG / wide), _SHORT)
    x, y = np.meshgrid(np.linspace(x_min, x_max, nx), np.linspace(y_min, y_max, ny))
    with guarded(surface):
        heights = np.asarray(surface.value(x, y), dtype=float)
    low, high = float(heights.min()), float(heights.max())
    return {
        "label": label,
        "domain": [[x_min, x_max], [y_min, y_max]],
        "minima": [list(point) for point in surface.minima],
        "heights": packer.add(heights),
        "levels": (low + (high - low) * np.linspace(0, 1, _LEVELS + 2)[1:-1] ** 3).tolist(),
        "range": [low, high],
        "curvatures": curvatures(surface),
    }


def curvatures(surface: Surface) -> list[float]:
    """Return the two curvatures of a quadratic, the smaller first; none if its gradient is not linear."""
    (x_min, x_max), (y_min, y_max) = surface.domain
    rng = np.random.default_rng(0)
    points = rng.uniform((x_min, y_min), (x_max, y_max), (_POINTS, 2))
    with guarded(surface):
        gradients = np.stack(surface.gradient(*points.T), axis=1)
    # Where the gradient is linear, these are its matrix and its value at 0.
    with_one = np.column_stack([points, np.ones(_POINTS)])
    solution = np.linalg.lstsq(with_one, gradients, rcond=None)[0]
    if np.abs(with_one @ solution - gradients).max() > 1e-9 * np.abs(gradients).max():
        return []
    hessian = solution[:2]
    found = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    return [float(f"{value:.12g}") for value in found]
