"""Paths over the levels of a surface, all in one panel, and how near they come to a minimum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, Surface, hookimpl, surface_of

from ravine_plugins.figures._landscape import around, draw_contours, draw_path
from ravine_plugins.figures._moving import lost
from ravine_plugins.figures._style import (
    DIVERGED,
    TEXT,
    Look,
    lay_out,
    legend,
    log_ticks,
    looks,
    mark_exits,
    renamed,
    tidy,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Letters in a line over the left and the right panel.
_LEFT = 52
_RIGHT = 36


@dataclass(frozen=True)
class PathOverlay(Figure):
    """Path overlay: descents on one surface, all over the same levels, and their distance to a minimum by step.

    The distance is to the nearest minimum; of a surface without one, its value is drawn. If learning rates
    differ, the legend has them. Triangles are where a path or a curve leaves its panel. Titles say which
    descent ends lowest, and which ends nearest.

    Parameters
    ----------
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the picture.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        runs = {label: same[0] for label, same in groups.items()}
        surfaces = {type(surface_of(run)): surface_of(run) for run in runs.values()}
        if len(surfaces) > 1:
            raise ValueError("path_overlay needs runs on one surface; these are on several surfaces")
        surface, styles = next(iter(surfaces.values())), looks(groups)
        picture = Picture(figsize=(7.8, 4), layout="constrained")
        axes, by_step = picture.subplots(1, 2, width_ratios=(1.5, 1))
        draw_contours(axes, surface, around(surface, runs.values()))
        rates = {label: run.config["optimizer"]["lr"] for label, run in runs.items()}
        for label, run in runs.items():
            words = renamed(label, self.names)
            told = "lr=" in label or len(set(rates.values())) == 1
            draw_path(axes, run, styles[label], words if told else f"{words}, rate {rates[label]:g}")
        values = {label: _by_step(surface, run) for label, run in runs.items()}
        _draw_curves(by_step, values, runs, styles, positive=bool(surface.minima))
        heights = {label: _value(surface, run.arrays["path"]) for label, run in runs.items()}
        lowest, nearest = self._least(heights, runs), self._least(values, runs)
        axes.set_title(
            wrapped(f"{lowest[0]} lowest, at f = {lowest[1]}" if lowest else "all paths diverged", _LEFT),
            size=TEXT, loc="left", parse_math=False,
        )  # fmt: skip
        if surface.minima:
            title = f"{nearest[0]} nearest, at {nearest[1]}" if nearest else "none ends near a minimum"
            by_step.set_title(wrapped(title, _RIGHT), size=TEXT, loc="left", parse_math=False)
        axes.set_xlabel("x", size=TEXT)
        axes.set_ylabel("y", size=TEXT)
        by_step.set_xlabel("step", size=TEXT)
        by_step.set_ylabel("distance to a minimum" if surface.minima else "f", size=TEXT)
        for panel in (axes, by_step):
            panel.tick_params(labelsize=TEXT)
        legend(picture, axes.get_legend_handles_labels()[0], above=3)
        # Panels have their size now, and a text has to fit into one.
        lay_out(picture)
        called = {renamed(label, self.names): run for label, run in runs.items()}
        gone = lost(called, max(len(run.arrays["path"]) for run in runs.values()), axes)
        axes.text(0.02, 0.03, gone, transform=axes.transAxes, size=TEXT, parse_math=False)
        return picture

    def _least(self, values: Mapping[str, Array], runs: Mapping[str, Run]) -> tuple[str, str] | None:
        """Return which runs end lowest, as the words before "lowest", and where; None if all diverged."""
        ends = {label: value[-1] for label, value in values.items() if runs[label].status != "diverged"}
        if not ends:
            return None
        least = min(ends, key=lambda label: ends[label])
        ties = sum(bool(end == ends[least]) for end in ends.values()) - 1
        who = renamed(least, self.names) + (f" and {ties} other{'s' * (ties > 1)} end" if ties else " ends")
        return who, f"{ends[least]:.3g}".replace("-", "−")


def _value(surface: Surface, path: Array) -> Array:
    with np.errstate(all="ignore"):
        value: Array = surface.value(*path.T)
    return value


def _by_step(surface: Surface, run: Run) -> Array:
    """Return the distance to the nearest minimum by step, or the value if the surface has none."""
    path = run.arrays["path"]
    if not surface.minima:
        return _value(surface, path)
    with np.errstate(all="ignore"):
        return np.min([np.hypot(*(path - point).T) for point in surface.minima], axis=0)


def _draw_curves(
    axes: Any,
    values: Mapping[str, Array],
    runs: Mapping[str, Run],
    styles: Mapping[str, Look],
    *,
    positive: bool,
) -> None:
    """Draw curves by step with the axis of runs that did not diverge, logarithmic for positive values."""
    ended = [value for label, value in values.items() if runs[label].status != "diverged"]
    # Of runs that diverged, where they began.
    drawn = np.concatenate(ended or [value[:1] for value in values.values()])
    drawn = drawn[np.isfinite(drawn) & ((drawn > 0) | (not positive))]
    low, high = (float(drawn.min()), float(drawn.max())) if len(drawn) else (0.1, 1.0)
    if positive:
        axes.set_yscale("log")
        axes.set_ylim(low / 1.5, high * 2)
        log_ticks(axes.yaxis, *axes.get_ylim())
    else:
        room = 0.08 * (high - low) or 0.5
        axes.set_ylim(low - room, high + room)
    lines = []
    for label, value in values.items():
        look = styles[label]
        shown = np.where(np.isfinite(value) & ((value > 0) | (not positive)), value, np.nan)
        (line,) = axes.plot(
            np.arange(len(value)), shown.clip(-1e300, 1e300), color=look.color, marker=look.marker,
            linestyle=look.dashes, linewidth=1.2, markersize=3.5, markevery=max(len(value) // 12, 1),
        )  # fmt: skip
        lines.append(line)
        if runs[label].status == "diverged":
            axes.plot(len(value) - 1, 0.97, color=look.color, transform=axes.get_xaxis_transform(), **DIVERGED)
    mark_exits(axes, lines)
    tidy(axes)


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"path_overlay": PathOverlay}
