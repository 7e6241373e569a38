"""The trials of a search in their space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Study, hookimpl, worth

from ravine_plugins.figures._search import described, log_axes
from ravine_plugins.figures._style import DIVERGED, legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SearchScatter(Figure):
    """Search, the space: the points of all trials; lighter points are better, crosses are lost trials.

    Parameters
    ----------
    x, y : str
        Settings by their full keys; empty for the first and the second of the space. If the space has only one
        setting, y is the objective.
    """

    x: str = ""
    y: str = ""

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        search = described(study, "search_scatter")
        space = search.space
        keys = [one.key for one in space.dimensions]
        for name in (self.x, self.y):
            if name and name not in keys:
                raise ValueError(f"{name!r} is not searched; there are {', '.join(keys)}")
        x = self.x or keys[0]
        y = self.y or next((key for key in keys if key != x), None)
        objective = search.objective.replace("_", " ")
        trials = [trial for trial, _ in study.tried]
        found = worth(trials, maximize=search.maximize)
        # The best come last, and are drawn on top.
        scored = [trials[i] for i in found.argsort(kind="stable") if np.isfinite(found[i])]
        lost = [trial for trial in trials if trial.state == "lost"]

        picture = Picture(figsize=(6.2, 4.2), layout="constrained")
        axes = picture.add_subplot()
        log_axes(axes, study, space, x, y)
        values: Any = [trial.value for trial in scored]
        xs: Any = [trial.point[x] for trial in scored]
        ys: Any = values if y is None else [trial.point[y] for trial in scored]
        colors = "viridis" if search.maximize else "viridis_r"
        points = axes.scatter(xs, ys, c=values, cmap=colors, s=42, edgecolors="0.25", linewidths=0.6, zorder=3)
        if y is None:
            axes.set_ylabel(objective)
        else:
            bar = picture.colorbar(points, ax=axes)
            bar.set_label(objective)
            bar.outline.set_visible(False)
        if lost:
            place = [axes.get_ylim()[0] if y is None else trial.point[y] for trial in lost]
            axes.plot([trial.point[x] for trial in lost], place, color="0.4", zorder=2, **DIVERGED)
            legend(picture, [Line2D([], [], color="0.4", label="lost", **DIVERGED)], above=1)
        tidy(axes)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_scatter": SearchScatter}
