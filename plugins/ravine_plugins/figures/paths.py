"""Paths over contours, a panel for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl, surface_of

from ravine_plugins.figures._landscape import around, draw_contours, draw_path
from ravine_plugins.figures._style import TEXT, looks, renamed, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Letters in a line over a panel.
_TITLE = 32


@dataclass(frozen=True)
class Paths(Figure):
    """Paths: descents over the levels of their surface, a panel for each, where the paths are.

    A triangle is where a path leaves the surface's domain.

    Parameters
    ----------
    columns : int
        Panels in a row.
    names : dict of str to str
        Parts of the groups' labels, and the words for them over the panels.
    """

    columns: int = 3
    names: Mapping[str, str] = field(default_factory=dict)

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
        picture = Picture(
            figsize=(max(2.4 * columns + 0.3, 4.6), max(2.1 * rows + 0.3, 3)), layout="constrained"
        )
        panels = picture.subplots(rows, columns, squeeze=False, sharex=one, sharey=one)
        styles = looks(groups)
        for panel, (label, runs) in zip(panels.flat, groups.items(), strict=False):
            run = runs[0]
            alike = [
                other[0] for name, other in groups.items() if type(surfaces[name]) is type(surfaces[label])
            ]
            draw_contours(panel, surfaces[label], around(surfaces[label], alike), points=81)
            draw_path(panel, run, styles[label])
            rate = "" if "lr=" in label else f", rate {run.config['optimizer']['lr']:g}"
            end = f"f = {run.final['value']:.4g} after {run.step} steps" if run.final else "no end"
            title = f"{renamed(label, self.names)}{rate}\n{end}"
            panel.set_title(wrapped(title, _TITLE), size=TEXT, loc="left", parse_math=False)
            panel.tick_params(labelsize=TEXT)
        for panel in panels.flat[len(groups) :]:
            panel.remove()
        picture.supxlabel("x", size=TEXT)
        picture.supylabel("y", size=TEXT)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"paths": Paths}
