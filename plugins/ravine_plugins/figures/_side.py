"""Surfaces from the side: the profile of each, with the descents in front of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from ravine import Array, Figure, Run, Study, Surface, surface_of

from ravine_plugins.figures._landscape import grid
from ravine_plugins.figures._style import TEXT, renamed


@dataclass(frozen=True)
class Side:
    """One surface of a study, seen from the side, with its descents.

    Parameters
    ----------
    surface : Surface
        The surface.
    axis : "x" or "y"
        The coordinate that goes across the picture; the view is along the other one.
    runs : dict of str to Run
        Descents on the surface, by label.
    """

    surface: Surface
    axis: str
    runs: Mapping[str, Run]

    def track(self, run: Run) -> Array:
        """Return a path on the profile: its coordinate by step, and the profile there, (n, 2)."""
        path = run.arrays["path"]
        k = "xy".index(self.axis)
        (low, high), other = self.surface.domain[1 - k], np.empty((2, 401, len(path)))
        other[k], other[1 - k] = path[:, k], np.linspace(low, high, 401)[:, None]
        # On a path that diverges the height overflows.
        with np.errstate(all="ignore"):
            floor = np.fmin(self.surface.value(*other).min(axis=0), self.heights(run))
        return np.column_stack([path[:, k], floor])

    def heights(self, run: Run) -> Array:
        """Return the value of the surface by step, (n,)."""
        with np.errstate(all="ignore"):
            heights: Array = self.surface.value(*run.arrays["path"].T)
        return heights

    def draw(self, panel: Any) -> None:
        """Draw the profile, which is the lowest value over the other coordinate, and the minima."""
        k = "xy".index(self.axis)
        points = grid(self.surface.domain, 401, 401)
        z = self.surface.value(*points)
        across, floor = np.linspace(*self.surface.domain[k], 401), z.min(axis=k)
        heights = np.concatenate([self.heights(run) for run in self.runs.values()])
        highest = max(heights[heights <= z.max()], default=z.max())
        margin = 0.08 * (highest - floor.min())
        low, high = float(floor.min() - 1.5 * margin), float(highest + margin)
        panel.fill_between(across, floor, low, color="0.92", linewidth=0)
        panel.plot(across, floor, color="0.55", linewidth=1.2)
        for point in self.surface.minima:
            height = self.surface.value(*np.array(point))
            panel.plot(point[k], height, marker="+", color="#009E73", markersize=11, mew=2, linestyle="")
        panel.set(xlim=self.surface.domain[k], ylim=(low, high))
        panel.locator_params(nbins=5)
        panel.tick_params(labelsize=TEXT)

    def result(self, names: Mapping[str, str]) -> str:
        """Return which descent ends lowest, and where."""
        ends = {label: self.heights(run)[-1] for label, run in self.runs.items() if run.status != "diverged"}
        if not ends:
            return "every run diverged"
        lowest = min(ends, key=lambda label: ends[label])
        ties = sum(bool(height == ends[lowest]) for height in ends.values()) - 1
        others = f" and {ties} other{'s' * (ties > 1)} end" if ties else " ends"
        who = f"{renamed(lowest, names)}{others} lowest, at" if len(self.runs) > 1 else "it ends at"
        end = f"{ends[lowest]:.3g}".replace("-", "−")
        return f"{who} f = {end}"


def sides(study: Study, along: Mapping[str, str]) -> dict[str, Side]:
    """Return the surfaces that a study descends on, by name, each with its own runs.

    Parameters
    ----------
    study : Study
        A study whose runs are all descents.
    along : dict of str to "x" or "y"
        By surface, the coordinate across the picture; x by default.

    Raises
    ------
    ValueError
        If a run is not a descent, or a coordinate is given for a surface that is not in the study.
    """
    by_surface: dict[str, dict[str, Run]] = {}
    for name, run in study.runs.items():
        if run.status != "failed":
            by_surface.setdefault(run.config["problem"]["name"], {})[name] = run
    if unknown := along.keys() - by_surface.keys():
        raise ValueError(f"along has {', '.join(sorted(unknown))}; the runs are on {', '.join(by_surface)}")
    views = {}
    for surface, runs in by_surface.items():
        first = {label: same[0] for label, same in replace(study, runs=runs).groups(but={"problem"}).items()}
        views[surface] = Side(surface_of(next(iter(first.values()))), along.get(surface, "x"), first)
    return views


@dataclass(frozen=True)
class FromTheSide(Figure):
    """Fields of the figures that show the profile of a surface.

    Parameters
    ----------
    along : dict of str to "x" or "y"
        By surface, the coordinate across the picture; x by default.
    names : dict of str to str
        Parts of the names of surfaces and descents, and the words for them in the picture.
    """

    along: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def __post_init__(self) -> None:
        for surface, axis in self.along.items():
            if axis not in ("x", "y"):
                raise ValueError(f"{type(self).__name__}: along of {surface} = {axis!r} is not x or y")
