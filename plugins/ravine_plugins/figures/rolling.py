"""Balls that roll on the profile of their surface."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._moving import Scene, animate, where_it_moves
from ravine_plugins.figures._side import FromTheSide, sides
from ravine_plugins.figures._style import TEXT, looks, renamed, tidy

if TYPE_CHECKING:
    from matplotlib.animation import Animation


@dataclass(frozen=True)
class Rolling(FromTheSide):
    """Rolling: descents in motion, as balls in front of the profile of their surface, a panel for each surface.

    The profile is the lowest value of the surface at each coordinate. A ball is on it at its own coordinate,
    though its value may be higher, where it is beside the valley's floor. There are many frames where balls
    move, and few where they rest.

    Parameters
    ----------
    along : dict of str to "x" or "y"
        By surface, the coordinate across the picture; x by default.
    names : dict of str to str
        Parts of the names of surfaces and descents, and the words for them in the picture.
    """

    def draw(self, study: Study) -> "Animation":
        from matplotlib.figure import Figure as Picture

        views = sides(study, self.along)
        styles = looks({label: [run] for side in views.values() for label, run in side.runs.items()})
        picture = Picture(figsize=(3.3 * len(views) + 0.3, 3.1), layout="constrained")
        panels = picture.subplots(1, len(views), squeeze=False)[0]
        scenes = []
        for panel, (name, side) in zip(panels, views.items(), strict=True):
            side.draw(panel)
            tracks = {label: side.track(run) for label, run in side.runs.items()}
            called = {renamed(label, self.names): run for label, run in side.runs.items()}
            scenes.append(Scene(panel, called, tracks, styles, f"{renamed(name, self.names)}, "))
            panel.set_xlabel(side.axis, size=TEXT)
            tidy(panel)
        panels[0].set_ylabel("lowest f", size=TEXT)
        return animate(picture, scenes, styles, where_it_moves(scenes), self.names)


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"rolling": Rolling}
