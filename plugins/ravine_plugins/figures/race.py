"""Descents in motion over the contours of their surface."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl, surface_of

from ravine_plugins.figures._landscape import draw_contours
from ravine_plugins.figures._moving import Scene, animate, where_it_moves
from ravine_plugins.figures._style import looks

if TYPE_CHECKING:
    from matplotlib.animation import Animation


@dataclass(frozen=True)
class Race(Figure):
    """Race: descents on one surface in motion, as balls over its contours."""

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Animation":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        runs = {label: same[0] for label, same in groups.items()}
        surfaces = {type(surface_of(run)): surface_of(run) for run in runs.values()}
        if len(surfaces) > 1:
            raise ValueError("race needs runs on one surface; these are on several surfaces")
        picture = Picture(figsize=(6.6, 4.2), layout="constrained")
        axes = picture.add_subplot(xlabel="x", ylabel="y")
        draw_contours(axes, next(iter(surfaces.values())))
        styles, paths = looks(groups), {label: run.arrays["path"] for label, run in runs.items()}
        scenes = [Scene(axes, runs, paths, styles)]
        return animate(picture, scenes, styles, where_it_moves(scenes), {})


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"race": Race}
