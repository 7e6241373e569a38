"""Balls that roll on the profile of their surface."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._moving import Scene, animate
from ravine_plugins.figures._side import FromTheSide, sides
from ravine_plugins.figures._style import looks, tidy

if TYPE_CHECKING:
    from matplotlib.animation import Animation


@dataclass(frozen=True)
class Rolling(FromTheSide):
    """Rolling: descents in motion, as balls in front of the profile of their surface, a panel for each surface.

    The profile is the lowest value of the surface at each coordinate, so no ball is below it.

    Parameters
    ----------
    along : dict of str to "x" or "y"
        By surface, the coordinate across the picture; x by default.
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
            scenes.append(Scene(panel, side.runs, tracks, styles, f"{name}, "))
            panel.set_xlabel(side.axis)
            tidy(panel)
        panels[0].set_ylabel("f")
        return animate(picture, scenes, styles)


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"rolling": Rolling}
