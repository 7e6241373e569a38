"""Descents in motion over the contours of their surface, and walls of what their gradients add up to."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, Surface, hookimpl, surface_of

from ravine_plugins.figures._landscape import around, draw_contours
from ravine_plugins.figures._moving import Scene, Shown, animate, in_logarithmic_time
from ravine_plugins.figures._style import EXIT, TEXT, Look, log_ticks, looks, renamed, tidy

if TYPE_CHECKING:
    from matplotlib.animation import Animation

# A descent dies when its rate is less than this share of its first.
_DEAD = 0.1
# Letters in an inch.
_LETTERS = 13


@dataclass(frozen=True)
class Race(Figure):
    """Race: descents on one surface in motion, over its contours, in logarithmic time.

    Beside them grow, by step, the sums Σg² of squared gradients along the coordinate in which descents go
    farthest, and √h, if optimizers keep an h; AdaGrad's h is Σg². The rate of a descent there is the length of
    a step divided by the gradient. A dotted line is where it begins to stay below a tenth of its first.

    Parameters
    ----------
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the picture.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Animation":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        runs = {label: same[0] for label, same in groups.items()}
        surfaces = {type(surface_of(run)): surface_of(run) for run in runs.values()}
        if len(surfaces) > 1:
            raise ValueError("race needs runs on one surface; these are on several surfaces")
        surface, styles = next(iter(surfaces.values())), looks(groups)
        paths = {label: run.arrays["path"] for label, run in runs.items()}
        k = _farthest(surface, paths)
        sums = {label: np.cumsum(_gradients(surface, path)[:, k] ** 2) for label, path in paths.items()}
        kept = {label: run.arrays["state.h"] for label, run in runs.items() if "state.h" in run.arrays}
        roots = {label: np.sqrt(h[1:, k]) for label, h in kept.items()}
        walls = [(f"Σg² in {'xy'[k]}", sums)] + [(f"√h in {'xy'[k]}", roots)] * bool(roots)

        picture = Picture(figsize=(7.5, 4.2), layout="constrained")
        cells = picture.add_gridspec(len(walls), 2, width_ratios=(1.6, 1))
        axes = picture.add_subplot(cells[:, 0])
        axes.set_xlabel("x", size=TEXT)
        axes.set_ylabel("y", size=TEXT)
        axes.tick_params(labelsize=TEXT)
        draw_contours(axes, surface, around(surface, runs.values()))
        beside = [picture.add_subplot(cells[number, 1]) for number in range(len(walls))]
        called = {renamed(label, self.names): run for label, run in runs.items()}
        scenes: list[Shown] = [Scene(axes, called, paths, styles)]
        scenes += [
            _Walls(panel, name, values, runs, styles)
            for panel, (name, values) in zip(beside, walls, strict=True)
        ]
        for panel in beside[:-1]:
            panel.tick_params(labelbottom=False)
        beside[-1].set_xlabel("step", size=TEXT)
        dead = {label: when for label, path in paths.items() if (when := _dies(surface, path, k))}
        what = f"rate in {'xy'[k]}"
        scenes.append(_Deaths([axes, *beside], paths, dead, styles, what, self.names))
        steps = max(len(path) for path in paths.values()) - 1
        return animate(picture, scenes, styles, in_logarithmic_time(steps), self.names)


def _gradients(surface: Surface, path: Array) -> Array:
    """Return the gradient before each step, (steps, 2); where it overflows it is not finite."""
    with np.errstate(all="ignore"):
        return np.column_stack(surface.gradient(*path[:-1].T)).reshape(-1, 2)


def _farthest(surface: Surface, paths: Mapping[str, Array]) -> int:
    """Return the coordinate, 0 or 1, in which descents go farthest, inside the surface's domain."""
    corners = np.array(surface.domain).T
    return int(np.argmax(sum(np.ptp(path.clip(*corners), axis=0) for path in paths.values())))


def _dies(surface: Surface, path: Array, k: int) -> int | None:
    """Return the first step from which the rate stays below a tenth of its first; None if it does not."""
    with np.errstate(all="ignore"):
        rates = np.abs(np.diff(path[:, k]) / _gradients(surface, path)[:, k])
    steps = np.flatnonzero(np.isfinite(rates))
    if len(steps) == 0:
        return None
    alive = steps[rates[steps] >= _DEAD * rates[steps[0]]]
    later = steps[steps > alive[-1]] if len(alive) else steps[:0]
    return int(later[0]) + 1 if len(later) else None


class _Walls:
    """Values that grow by step, as walls on the ground; both axes are logarithmic."""

    def __init__(
        self,
        axes: Any,
        name: str,
        values: Mapping[str, Array],
        runs: Mapping[str, Run],
        styles: Mapping[str, Look],
    ) -> None:
        self._walls = []
        axes.set_title(name, size=TEXT, loc="left")
        axes.set_xscale("log")
        axes.set_yscale("log")
        kept = [value for label, value in values.items() if runs[label].status != "diverged"] or [
            *values.values()
        ]
        drawn = np.concatenate(kept)
        drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
        low, high = (float(drawn.min()), float(drawn.max())) if len(drawn) else (0.1, 1.0)
        axes.set_ylim(low / 1.5, high * 2)
        axes.set_xlim(0.9, max(1.1, *(1.1 * len(value) for value in values.values())))
        tidy(axes)
        axes.tick_params(labelsize=TEXT)
        log_ticks(axes.xaxis, *axes.get_xlim())
        log_ticks(axes.yaxis, *axes.get_ylim())
        for label, value in values.items():
            look = styles[label]
            how = {"color": look.color, "animated": True}
            (area,) = axes.fill([], [], alpha=min(0.18, 0.5 / len(values)), linewidth=0, **how)
            (line,) = axes.plot([], [], linestyle=look.dashes, linewidth=1.4, **how)
            (end,) = axes.plot([], [], marker=look.marker, mec="black", mew=0.6, markersize=7, **how)
            (out,) = axes.plot([], [], clip_on=False, **how, **EXIT)
            # It is nowhere at the start, and the layout is made then.
            out.set_in_layout(False)
            # A power that overflows is drawn as what it is, beyond the picture.
            whole = np.nan_to_num(value, nan=np.inf, posinf=1e300).clip(low / 10, 1e300)
            self._walls.append((whole, (low / 10, high * 2), area, line, end, out))

    def show(self, t: int) -> None:
        """Show the walls as they are after ``t`` steps."""
        for value, (ground, top), area, line, end, out in self._walls:
            past = value[:t]
            steps = np.arange(1, len(past) + 1)
            line.set_data(steps, past)
            end.set_data(steps[-1:], past[-1:])
            beyond = np.flatnonzero(past > top)[:1]
            out.set_data(steps[beyond], np.full(len(beyond), top))
            area.set_xy(np.column_stack([[1, *steps, max(len(past), 1)], [ground, *past, ground]]))


class _Deaths:
    """The moments from which descents have next to no rate: lines by step, rings, and words."""

    def __init__(
        self,
        panels: list[Any],
        paths: Mapping[str, Array],
        dead: Mapping[str, int],
        styles: Mapping[str, Look],
        what: str,
        names: Mapping[str, str],
    ) -> None:
        place, *beside = panels
        self._place, self._dead, self._what, self._names = place, dead, what, names
        self._marks = []
        for label, when in dead.items():
            ring = {"marker": "o", "mfc": "none", "mec": styles[label].color, "markersize": 20, "mew": 1.5}
            line = {"color": styles[label].color, "linestyle": ":", "linewidth": 1.4}
            marks = place.plot(*paths[label][when : when + 1].T, linestyle="", zorder=5, animated=True, **ring)
            marks += [axes.axvline(when, animated=True, **line) for axes in beside]
            self._marks.append((when, marks))
        # It stands above the step, and the layout leaves room for two lines.
        self._says = place.annotate(
            " \n " if dead else "", (0, 1), xycoords="axes fraction", xytext=(0, 18),
            textcoords="offset points", va="bottom", size=TEXT, parse_math=False,
            animated=True,
        )  # fmt: skip

    def show(self, t: int) -> None:
        """Show which descents have died by step ``t``."""
        for when, marks in self._marks:
            for mark in marks:
                mark.set_visible(t >= when)
        gone = {label: when for label, when in self._dead.items() if t >= when}
        if gone:
            self._says.set_text(self._in_lines(gone))

    def _in_lines(self, gone: Mapping[str, int]) -> str:
        """Return two lines, one of them may be empty, that fit over the panel."""
        letters = int(self._place.get_window_extent().width / self._place.figure.dpi * _LETTERS)
        first = min(gone, key=lambda label: gone[label])
        who = renamed(first, self._names) + f" and {len(gone) - 1} more" * (len(gone) > 1)
        text = f"{who}: from step {gone[first]} on a tenth of the first {self._what}, or less"
        return "\n".join([*textwrap.wrap(text, max(letters, 12), max_lines=2), " "][:2])


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"race": Race}
