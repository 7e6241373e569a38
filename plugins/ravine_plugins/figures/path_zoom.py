"""Close views of paths, with numbered points."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ravine import Array, Figure, Study, hookimpl, surface_of

from ravine_plugins.figures._landscape import Domain, draw_contours, draw_path
from ravine_plugins.figures._style import looks, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Letters in a line over a panel.
_TITLE = 60
# The most views below each other; of more there are several in a row.
_BELOW = 4
_COLUMNS = 3


@dataclass(frozen=True)
class PathZoom(Figure):
    """Path zoom: close views of descents, with numbered steps and the same scale for x and y.

    Parameters
    ----------
    every : int
        Steps between two numbers.
    """

    every: int = 5

    def __post_init__(self) -> None:
        self.require(every="[1, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.patheffects import withStroke

        groups = study.groups()
        surfaces = {label: surface_of(runs[0]) for label, runs in groups.items()}
        columns = 1 if len(groups) <= _BELOW else _COLUMNS
        rows = -(-len(groups) // columns)
        size = (7.5, 4.8 * rows) if columns == 1 else (5.0 * columns, 3.6 * rows)
        picture = Picture(figsize=size, layout="constrained")
        panels = picture.subplots(rows, columns, squeeze=False)
        for panel in panels.flat[len(groups) :]:
            panel.remove()
        styles = looks(groups)
        for panel, (label, runs) in zip(panels.flat, groups.items(), strict=False):
            path = runs[0].arrays["path"]
            domain = _extent(path, surfaces[label].domain)
            draw_contours(panel, surfaces[label], domain)
            draw_path(panel, runs[0], styles[label])
            for t in sorted({*range(0, len(path), self.every), len(path) - 1}):
                before = path[t - 1] if t else path[min(1, len(path) - 1)]
                up = path[t, 1] >= before[1]  # numbers stand outside a zigzag
                panel.annotate(
                    str(t), path[t], xytext=(0, 7 if up else -7), textcoords="offset points", size=8,
                    ha="center", va="bottom" if up else "top", zorder=6,
                    path_effects=[withStroke(linewidth=2, foreground="white")],
                )  # fmt: skip
            panel.set(aspect="equal", xlabel="x", ylabel="y")
            panel.locator_params(nbins=7)
            rate = "" if "lr=" in label else f", lr {runs[0].config['optimizer']['lr']:g}"
            title = wrapped(f"{label}{rate}, numbered by step", _TITLE)
            panel.set_title(title, size=9, parse_math=False)
        return picture


def _extent(path: Array, domain: Domain) -> Domain:
    """Return the box around a path, (n, 2), with a margin; at most twice as large as the domain."""
    start, end = np.array(domain).T
    low = np.maximum(path.min(axis=0), start - (end - start) / 2)
    high = np.minimum(path.max(axis=0), end + (end - start) / 2)
    margin = 0.08 * max(high - low) or 1.0
    (x_min, y_min), (x_max, y_max) = low - margin, high + margin
    return (float(x_min), float(x_max)), (float(y_min), float(y_max))


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"path_zoom": PathZoom}
