"""Where the direction of descent points, all over a surface."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, Surface, hookimpl, surface_of

from ravine_plugins._aims import cells, misses
from ravine_plugins.figures._landscape import draw_descent_directions, draw_path
from ravine_plugins.figures._style import TEXT, legend, looks, renamed, tidy, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# The ends of the bands of one colour, in degrees.
_BANDS = (0, 10, 20, 30, 45, 60, 90, 180)
# Letters in a line over a panel.
_TITLE = 34
_DASHES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Aims(Figure):
    """Aims: by how many degrees the direction of descent misses the nearest minimum, all over each surface.

    Descents go over these maps. The last panel has, by angle, the share of each surface that misses by more.

    Parameters
    ----------
    names : dict of str to str
        Parts of the groups' labels, and the words for them.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups, surfaces = study.groups(), _different(study)
        for label, surface in surfaces.items():
            if not surface.minima:
                raise ValueError(f"aims needs surfaces with a minimum; {label} has none")
        styles, called = looks(groups), [renamed(label, self.names) for label in surfaces]
        picture = Picture(figsize=(2.9 * len(surfaces) + 3.4, 3.6), layout="constrained")
        *maps, shares = picture.subplots(1, len(surfaces) + 1).flat
        for panel, surface, name in zip(maps, surfaces.values(), called, strict=True):
            shown = _draw_map(panel, surface)
            for label, runs in groups.items():
                if _anywhere(runs[0]) == surface:
                    draw_path(panel, runs[0], styles[label], renamed(label, self.names))
            panel.set_title(wrapped(name, _TITLE), size=TEXT, loc="left", parse_math=False)
            panel.set_xlabel("x", size=TEXT)
        maps[0].set_ylabel("y", size=TEXT)
        bar = picture.colorbar(shown, ax=maps, location="bottom", aspect=40, ticks=_BANDS)
        says = "degrees between the direction of descent and the nearest minimum"
        bar.set_label(wrapped(says, _TITLE * len(surfaces)), size=TEXT)
        bar.ax.tick_params(labelsize=TEXT)
        _draw_shares(shares, dict(zip(called, surfaces.values(), strict=True)))
        legend(picture, [handle for panel in maps for handle in panel.get_legend_handles_labels()[0]], above=3)
        return picture


def _different(study: Study) -> dict[str, Surface]:
    """Return each surface once, wherever descents begin, by its name or, if that is taken, a group's label."""
    found: dict[str, Surface] = {}
    for label, runs in study.groups().items():
        surface, name = _anywhere(runs[0]), str(runs[0].config["problem"]["name"])
        if surface not in found.values():
            found[label if name in found else name] = surface
    return found


def _anywhere(run: Run) -> Surface:
    """Return the surface of a run without the start of its descent."""
    return replace(surface_of(run), start=(0.0, 0.0))


def _draw_map(panel: Any, surface: Surface) -> Any:
    """Draw the angle in bands of one colour, with arrows of one length; return the bands."""
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm, ListedColormap

    colors = ListedColormap(colormaps["PuBu"](np.linspace(0, 0.85, len(_BANDS) - 1)))
    (x_min, x_max), (y_min, y_max) = surface.domain
    angles = _angles(surface)
    shown = panel.imshow(
        angles, extent=(x_min, x_max, y_min, y_max), origin="lower", aspect="equal", cmap=colors,
        norm=BoundaryNorm(_BANDS, colors.N), interpolation="nearest", zorder=0,
    )  # fmt: skip
    draw_descent_directions(panel, surface, power=0.0, color="0.25")
    for point in surface.minima:
        panel.plot(*point, marker="+", color="#009E73", markersize=11, mew=2, linestyle="", zorder=3)
    panel.set(xlim=(x_min, x_max), ylim=(y_min, y_max))
    panel.tick_params(labelsize=TEXT)
    panel.locator_params(nbins=5)
    return shown


def _draw_shares(panel: Any, surfaces: Mapping[str, Surface]) -> None:
    """Draw by angle the share of each surface that misses by more."""
    widest = 10.0
    for at, (label, surface) in enumerate(surfaces.items()):
        angles = _angles(surface)
        known = np.sort(angles[np.isfinite(angles)])
        by = np.linspace(0, 180, 721)
        more = 1 - np.searchsorted(known, by, side="right") / max(len(known), 1)
        panel.plot(by, more, color="0.15", linestyle=_DASHES[at % len(_DASHES)], linewidth=1.4, label=label)
        widest = max(widest, float(known[-1]) if len(known) else 0.0)
    panel.axhline(0.5, color="0.6", linewidth=0.8, linestyle=":", zorder=1)
    panel.set(xlim=(0, min(widest * 1.05, 180)), ylim=(-0.02, 1.02))
    panel.set_xlabel("degrees", size=TEXT)
    panel.set_title("share that misses by more", size=TEXT, loc="left")
    panel.tick_params(labelsize=TEXT)
    for text in panel.legend(fontsize=TEXT, frameon=False).get_texts():
        text.set_parse_math(False)
    tidy(panel)


def _angles(surface: Surface) -> Array:
    return misses(surface, *cells(*surface.domain))


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"aims": Aims}
