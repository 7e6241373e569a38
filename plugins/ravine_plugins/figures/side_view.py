"""Descents in front of the profile of their surface."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._moving import lost, sizes
from ravine_plugins.figures._side import FromTheSide, sides
from ravine_plugins.figures._style import legend, looks, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SideView(FromTheSide):
    """Side view: descents in front of the profile of their surface and, below, by step; a column a surface.

    The profile is the lowest value of the surface at each coordinate, so no descent is below it. Large points
    are the ends of descents.

    Parameters
    ----------
    along : dict of str to "x" or "y"
        By surface, the coordinate across the picture; x by default.
    """

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        views = sides(study, self.along)
        styles = looks({label: [run] for side in views.values() for label, run in side.runs.items()})
        picture = Picture(figsize=(4.2 * len(views) + 0.3, 5.8), layout="constrained")
        panels = picture.subplots(2, len(views), squeeze=False, sharex="col")
        for (profile, by_step), (name, side) in zip(panels.T, views.items(), strict=True):
            side.draw(profile)
            for size, (label, run) in zip(sizes(len(side.runs)), side.runs.items(), strict=True):
                color, marker, dashes = styles[label]
                across, height = side.track(run).T
                steps = np.arange(len(across))
                line = {
                    "color": color,
                    "linestyle": dashes,
                    "linewidth": 1.1,
                    "marker": marker,
                    "markersize": 3,
                }
                end = {"color": color, "marker": marker, "markersize": size, "mec": "black", "mew": 0.8}
                profile.plot(across, height, **line)
                by_step.plot(across, steps, **line, markevery=max(len(steps) // 40, 1))
                profile.plot(across[-1], height[-1], **end)
                by_step.plot(across[-1], steps[-1], **end)
            by_step.invert_yaxis()
            gone = lost(side.runs, max(len(run.arrays["path"]) for run in side.runs.values()))
            profile.text(0.02, 0.03, gone, transform=profile.transAxes, size=8, parse_math=False)
            profile.set_title(name, size=9, parse_math=False)
            by_step.set_xlabel(side.axis)
            tidy(profile)
            tidy(by_step)
        panels[0, 0].set_ylabel("f")
        panels[1, 0].set_ylabel("step")
        handles = [
            Line2D([], [], color=c, marker=m, linestyle=d, markersize=4.5, linewidth=1.1, label=label)
            for label, (c, m, d) in styles.items()
        ]
        legend(picture, handles, above=4)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"side_view": SideView}
