"""Descents in front of the profile of their surface."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._moving import lost, sizes
from ravine_plugins.figures._side import FromTheSide, sides
from ravine_plugins.figures._style import TEXT, lay_out, legend, looks, renamed, tidy, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Letters in a line over a panel.
_TITLE = 46


@dataclass(frozen=True)
class SideView(FromTheSide):
    """Side view: descents on the profile of their surface and, below, by step; a column a surface.

    The profile is the lowest value of the surface at each coordinate, and paths are drawn on it. Dotted lines
    are their own values, which are higher as long as they are beside the valley's floor. Large points are the
    ends of descents. Titles say which of them ends lowest.

    Parameters
    ----------
    along : dict of str to "x" or "y"
        By surface, the coordinate across the picture; x by default.
    names : dict of str to str
        Parts of the names of surfaces and descents, and the words for them in the picture.
    """

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        views = sides(study, self.along)
        styles = looks({label: [run] for side in views.values() for label, run in side.runs.items()})
        picture = Picture(figsize=(max(3.6 * len(views) + 0.3, 4.6), 5.4), layout="constrained")
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
                profile.plot(across, side.heights(run), color=color, linestyle=":", linewidth=0.9, zorder=1.5)
                by_step.plot(across, steps, **line, markevery=max(len(steps) // 40, 1))
                profile.plot(across[-1], height[-1], **end)
                by_step.plot(across[-1], steps[-1], **end)
            by_step.invert_yaxis()
            by_step.yaxis.get_major_locator().set_params(integer=True)
            profile.set_title(
                wrapped(f"{renamed(name, self.names)}: {side.result(self.names)}", _TITLE),
                size=TEXT, loc="left", parse_math=False,
            )  # fmt: skip
            by_step.set_xlabel(side.axis, size=TEXT)
            by_step.tick_params(labelsize=TEXT)
            tidy(profile)
            tidy(by_step)
        panels[0, 0].set_ylabel("f", size=TEXT)
        panels[1, 0].set_ylabel("step", size=TEXT)
        handles = [
            Line2D(
                [],
                [],
                color=c,
                marker=m,
                linestyle=d,
                markersize=4.5,
                linewidth=1.1,
                label=renamed(label, self.names),
            )
            for label, (c, m, d) in styles.items()
        ]
        handles.append(
            Line2D([], [], color="0.4", linestyle=":", linewidth=0.9, label="f of the descent itself")
        )
        legend(picture, handles, above=4)
        # Panels have their size now, and a text has to fit into one.
        lay_out(picture)
        for profile, side in zip(panels[0], views.values(), strict=True):
            called = {renamed(label, self.names): run for label, run in side.runs.items()}
            gone = lost(called, max(len(run.arrays["path"]) for run in side.runs.values()), profile)
            profile.text(0.02, 0.03, gone, transform=profile.transAxes, size=TEXT, parse_math=False)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"side_view": SideView}
