"""Paths over contours, all in one panel."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl, surface_of

from ravine_plugins.figures._landscape import draw_contours, draw_path
from ravine_plugins.figures._style import legend, looks

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class PathOverlay(Figure):
    """Path overlay: descents on one surface, all over the same contours.

    If learning rates differ, the legend has them.
    """

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        surfaces = {type(surface_of(runs[0])): surface_of(runs[0]) for runs in groups.values()}
        if len(surfaces) > 1:
            raise ValueError("path_overlay needs runs on one surface; these are on several surfaces")
        picture = Picture(figsize=(8.4, 4.6), layout="constrained")
        axes = picture.add_subplot()
        draw_contours(axes, next(iter(surfaces.values())))
        styles = looks(groups)
        rates = {label: runs[0].config["optimizer"]["lr"] for label, runs in groups.items()}
        for label, runs in groups.items():
            told = "lr=" in label or len(set(rates.values())) == 1
            draw_path(axes, runs[0], styles[label], label if told else f"{label}, lr {rates[label]:g}")
        axes.set_xlabel("x")
        axes.set_ylabel("y")
        legend(picture, axes.get_legend_handles_labels()[0])
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"path_overlay": PathOverlay}
