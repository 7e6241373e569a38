"""Contours of a surface with paths on them: shared code of the figures of descents."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from ravine import Array, Run, Surface

from ravine_plugins.figures._style import EXIT, TEXT, Look

Domain: TypeAlias = tuple[tuple[float, float], tuple[float, float]]


def grid(domain: Domain, nx: int, ny: int) -> tuple[Array, Array]:
    """Return x and y of points evenly spread over a domain, each of shape (ny, nx)."""
    (x_min, x_max), (y_min, y_max) = domain
    x, y = np.meshgrid(np.linspace(x_min, x_max, nx), np.linspace(y_min, y_max, ny))
    return x, y


def around(surface: Surface, runs: Iterable[Run]) -> Domain:
    """Return where descents are: all that is inside the surface's domain, its minima, and a margin."""
    corners = np.array(surface.domain).T
    places = np.concatenate([*(run.arrays["path"] for run in runs), np.reshape(surface.minima, (-1, 2))])
    inside = places[((places >= corners[0]) & (places <= corners[1])).all(axis=1)]
    if len(inside) == 0 or not (inside.min(axis=0) < inside.max(axis=0)).any():
        return surface.domain
    margin = 0.12 * np.ptp(inside, axis=0).clip(0.05 * np.ptp(corners, axis=0))
    low = np.maximum(inside.min(axis=0) - margin, corners[0])
    high = np.minimum(inside.max(axis=0) + margin, corners[1])
    (x_min, y_min), (x_max, y_max) = low.tolist(), high.tolist()
    return (x_min, x_max), (y_min, y_max)


def draw_contours(axes: Any, surface: Surface, domain: Domain | None = None, points: int = 161) -> None:
    """Draw levels, denser and paler where the surface is low, and the minima; by default over the domain.

    Levels are lines between values at so many points along each axis; half as many do for a small panel.
    """
    (x_min, x_max), (y_min, y_max) = domain = domain or surface.domain
    x, y = grid(domain, points, points)
    z = surface.value(x, y)
    low, high = float(z.min()), float(z.max())
    shares = np.linspace(0, 1, 16)
    # Beyond the highest level the colours would be too dark for paths.
    colors = _colormap()(0.02 + 0.32 * shares[:-1])
    levels = low + (high - low) * shares**3
    if high > low:
        axes.contourf(x, y, z, levels=levels, colors=colors, zorder=0)
        axes.contour(x, y, z, levels=levels[1:], colors="white", linestyles="solid", linewidths=0.6, zorder=0.5)
    for point in surface.minima:
        axes.plot(*point, marker="+", color="#009E73", markersize=11, mew=2, linestyle="", zorder=2)
    axes.set_xlim(x_min, x_max)
    axes.set_ylim(y_min, y_max)


def _colormap() -> Any:
    import matplotlib as mpl

    return mpl.colormaps["PuBu"]


def draw_descent_directions(axes: Any, surface: Surface, *, power: float = 1.0, color: str = "0.35") -> None:
    """Draw arrows against the gradient on a grid; the longest is nearly as long as the grid is wide.

    Parameters
    ----------
    axes : matplotlib Axes
        The axes to draw on. Their x and y must have the same scale, so that directions are right.
    surface : Surface
        The surface of the gradient.
    power : float
        The length of an arrow is this power of the gradient: with 1 proportional to it, with 0 all are equal.
    color : str
        Colour of the arrows.
    """
    (x_min, x_max), (y_min, y_max) = surface.domain
    apart = max(x_max - x_min, y_max - y_min) / 14
    nx, ny = round((x_max - x_min) / apart), round((y_max - y_min) / apart)
    inside = ((x_min + apart / 2, x_max - apart / 2), (y_min + apart / 2, y_max - apart / 2))
    x, y = grid(inside, nx, ny)
    gx, gy = surface.gradient(x, y)
    steep = np.hypot(gx, gy)
    scale = 0.95 * apart * (steep / steep.max()) ** power / np.where(steep == 0, 1, steep)
    axes.quiver(
        x, y, -gx * scale, -gy * scale, angles="xy", scale_units="xy", scale=1, pivot="tail",
        color=color, width=0.0035, headwidth=4, headlength=4.5, headaxislength=4, zorder=2,
    )  # fmt: skip


def draw_path(axes: Any, run: Run, look: Look, label: str | None = None) -> None:
    """Draw a path with its start; in a panel of its own, which has no label, write if and when it diverged."""
    x, y = run.arrays["path"].T
    axes.plot(
        x, y, color=look.color, marker=look.marker, linestyle=look.dashes,
        markersize=3.5, markevery=max(len(x) // 60, 1), linewidth=1.2, label=label, zorder=3,
    )  # fmt: skip
    mark_leaving(axes, run.arrays["path"], look.color)
    axes.plot(x[0], y[0], marker="o", color="white", mec="black", markersize=6, linestyle="", zorder=5)
    if run.status == "diverged" and not label:
        says = f"diverged at step {run.step}"
        axes.text(0.02, 0.03, says, transform=axes.transAxes, size=TEXT, color=look.color)


def mark_leaving(axes: Any, path: Array, color: str) -> None:
    """Mark with triangles where a path leaves the axes, whose limits are final."""
    corners = np.transpose([axes.get_xlim(), axes.get_ylim()])
    outside = ((path < corners[0]) | (path > corners[1]) | ~np.isfinite(path)).any(axis=1)
    for at in np.flatnonzero(~outside[:-1] & outside[1:]):
        with np.errstate(all="ignore"):
            way = np.nan_to_num(path[at + 1] - path[at])
            # For each edge the share of the step up to it, where the step goes there.
            shares = (corners - path[at]) / way
        shares[~(shares > 0)] = np.inf
        edge, axis = np.unravel_index(np.argmin(shares), shares.shape)
        place = (path[at] + min(shares[edge, axis], 1) * way).clip(*corners)
        marker = {(0, 0): "<", (1, 0): ">", (0, 1): "v", (1, 1): "^"}[int(edge), int(axis)]
        axes.plot(*place, color=color, clip_on=False, **(EXIT | {"marker": marker, "zorder": 6}))
