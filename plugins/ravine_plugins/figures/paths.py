"""Paths over contours, a panel for each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl, surface_of

from ravine_plugins.figures._landscape import draw_contours, draw_path
from ravine_plugins.figures._style import looks, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Letters in a line over a panel.
_TITLE = 40


@dataclass(frozen=True)
class Paths(Figure):
    """Paths: descents over the contours of their surface, a panel for each.

    Parameters
    ----------
    columns : int
        Panels in a row.
    """

    columns: int = 3

    def __post_init__(self) -> None:
        self.require(columns="[1, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        surfaces = {label: surface_of(runs[0]) for label, runs in groups.items()}
        columns = min(self.columns, 2 if len(groups) == 4 else len(groups))
        one = len({type(surface) for surface in surfaces.values()}) == 1
        rows = -(-len(groups) // columns)
        picture = Picture(figsize=(3.4 * columns + 0.4, 2.6 * rows + 0.4), layout="constrained")
        panels = picture.subplots(rows, columns, squeeze=False, sharex=one, sharey=one)
        styles = looks(groups)
        for panel, (label, runs) in zip(panels.flat, groups.items(), strict=False):
            run = runs[0]
            draw_contours(panel, surfaces[label])
            draw_path(panel, run, styles[label])
            rate = "" if "lr=" in label else f", lr {run.config['optimizer']['lr']:g}"
            end = f"f = {run.final['value']:.4g} after {run.step} steps" if run.final else "no end"
            panel.set_title(wrapped(f"{label}{rate}\n{end}", _TITLE), size=9, parse_math=False)
        for panel in panels.flat[len(groups) :]:
            panel.remove()
        picture.supxlabel("x", size=9)
        picture.supylabel("y", size=9)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"paths": Paths}
