"""Contours of a surface with paths on them: what the figures of descents share."""

from typing import Any

import numpy as np
from ravine import Run, Surface, registry

from ravine_plugins.figures._style import Look


def surface_of(run: Run) -> Surface:
    """Return the surface that a run descended on.

    Raises
    ------
    ValueError
        If it has none: its problem is not a surface.
    """
    if "path" not in run.arrays:
        raise ValueError(
            f"a path is drawn of a descent on a surface; this run's problem is {run.config['problem']['name']}"
        )
    problem = dict(run.config["problem"])
    cls = registry.load().get("surface", problem.pop("name"))
    return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in problem.items()})


def draw_contours(axes: Any, surface: Surface) -> None:
    """Draw level lines, spaced evenly in the fourth root of the height, and the minima."""
    (x_min, x_max), (y_min, y_max) = surface.domain
    x, y = np.meshgrid(np.linspace(x_min, x_max, 241), np.linspace(y_min, y_max, 241))
    z = surface.value(x, y)
    low, high = float(z.min()), float(z.max())
    levels = low + (high - low) * np.linspace(0, 1, 22)[1:] ** 3
    axes.contour(x, y, z, levels=levels, cmap="Greys_r", linewidths=0.6, alpha=0.55, vmin=low, vmax=high * 1.3)
    for point in surface.minima:
        axes.plot(*point, marker="+", color="#009E73", markersize=11, mew=2, linestyle="", zorder=2)
    axes.set_xlim(x_min, x_max)
    axes.set_ylim(y_min, y_max)


def draw_path(axes: Any, run: Run, look: Look, label: str | None = None) -> None:
    """Draw a path with its start, and a cross where it diverged."""
    x, y = run.arrays["path"].T
    axes.plot(
        x, y, color=look.color, marker=look.marker, linestyle=look.dashes,
        markersize=3.5, linewidth=1.2, label=label, zorder=3,
    )  # fmt: skip
    axes.plot(x[0], y[0], marker="o", color="white", mec="black", markersize=6, linestyle="", zorder=5)
    if run.status == "diverged":
        axes.text(
            0.02, 0.03, f"diverged at step {run.step}", transform=axes.transAxes, size=8, color=look.color
        )
