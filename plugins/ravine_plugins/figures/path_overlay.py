"""Paths over contours, all in one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._landscape import draw_contours, draw_path
from ravine_plugins.figures._style import legend, looks

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class PathOverlay(Figure):
    """Path overlay: descents on one surface, all over the same contours."""

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        surfaces = {type(runs[0].surface): runs[0].surface for runs in groups.values()}
        if len(surfaces) > 1:
            raise ValueError("path_overlay needs runs on one surface; these are on several")
        picture = Picture(figsize=(8.4, 4.6), layout="constrained")
        axes = picture.add_subplot()
        draw_contours(axes, next(iter(surfaces.values())))
        styles = looks(groups)
        for label, runs in groups.items():
            draw_path(axes, runs[0], styles[label], label)
        axes.set_xlabel("x")
        axes.set_ylabel("y")
        legend(picture, axes.get_legend_handles_labels()[0])
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"path_overlay": PathOverlay}
