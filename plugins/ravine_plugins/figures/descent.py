"""One descent, seen as a surface, as contours and as a field of directions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Study, hookimpl, surface_of

from ravine_plugins.figures._landscape import (
    draw_contours,
    draw_descent_directions,
    draw_path,
    grid,
)
from ravine_plugins.figures._style import looks

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class Descent(Figure):
    """Descent: a path on the surface in 3-D, on its contours, and the directions of descent alone.

    Parameters
    ----------
    power : float
        The length of an arrow is this power of the gradient: with 1 proportional to it, with 0 all are equal.
    elevation, azimuth : float
        The direction from which the surface is seen, in degrees.
    """

    power: float = 1.0
    elevation: float = 45.0
    azimuth: float = -35.0

    def __post_init__(self) -> None:
        self.require(power="[0, inf)", elevation="[-90, 90]", azimuth="[-360, 360]")

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        if len(groups) > 1:
            raise ValueError(
                f"descent draws one descent; there are {len(groups)}: the figure paths draws them all"
            )
        (label, runs) = next(iter(groups.items()))
        run, look, surface = runs[0], looks(groups)[label], surface_of(runs[0])
        (x_min, x_max), (y_min, y_max) = surface.domain
        wide = x_max - x_min > 1.5 * (y_max - y_min)
        picture = Picture(figsize=(9.5, 4.8) if wide else (11.5, 4), layout="constrained")
        layout: Any = picture.get_layout_engine()
        layout.set(wspace=0.06)
        panels = picture.subplot_mosaic(
            [["surface", "contours"], ["surface", "field"]] if wide else [["surface", "contours", "field"]],
            per_subplot_kw={"surface": {"projection": "3d", "computed_zorder": False}},
        )

        x, y = grid(surface.domain, 61, 61)
        z = surface.value(x, y)
        solid: Any = panels["surface"]  # An Axes3D.
        solid.plot_surface(
            x, y, z, cmap="Greys", vmax=2.5 * z.max(), alpha=0.8, edgecolor="0.6", linewidth=0.25,
            rcount=21, ccount=21,
        )  # fmt: skip
        px, py = path = np.array(run.arrays["path"].T)
        path[:, (px < x_min) | (px > x_max) | (py < y_min) | (py > y_max)] = np.nan  # 3-D axes do not clip
        pz = surface.value(px, py)
        solid.plot(px, py, pz, color=look.color, marker=look.marker, markersize=2.5, linewidth=1.1)
        solid.plot(px[:1], py[:1], pz[:1], marker="o", color="white", mec="black", markersize=6)
        solid.view_init(self.elevation, self.azimuth)
        solid.set_box_aspect((x_max - x_min, y_max - y_min, 0.6 * (x_max - x_min)))
        solid.set(xlabel="x", ylabel="y", zlabel="f")
        solid.set_title(
            f"{run.config['optimizer']['name']}, lr {run.config['optimizer']['lr']:g}, {run.step} steps",
            size=9, parse_math=False,
        )  # fmt: skip

        draw_contours(panels["contours"], surface)
        draw_descent_directions(panels["contours"], surface, power=self.power, color="0.6")
        draw_path(panels["contours"], run, look)
        draw_descent_directions(panels["field"], surface, power=self.power)
        panels["contours"].set_title("contours, path and directions of descent", size=9)
        panels["field"].set_title("directions of descent: −gradient", size=9)
        for name, panel in panels.items():
            if name != "surface":
                panel.set(xlim=(x_min, x_max), ylim=(y_min, y_max), aspect="equal", xlabel="x", ylabel="y")
            panel.locator_params(nbins=5)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"descent": Descent}
