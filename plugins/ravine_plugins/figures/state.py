"""The state arrays of an optimizer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._style import Look, legend, looks, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Panels in a row.
_COLUMNS = 3
# The most entries of a legend that names x and y for each group.
_ENTRIES = 16


@dataclass(frozen=True)
class State(Figure):
    """State: the state arrays of optimizers in a descent, by step; a panel for each, with lines for x and y.

    An array that is never negative, like a sum of squares, has a logarithmic axis; its first value, 0, is not
    drawn there.
    """

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.ticker import LogLocator, NullFormatter

        groups = study.groups()
        kept = {
            label: {name: array for name, array in runs[0].arrays.items() if name.startswith("state.")}
            for label, runs in groups.items()
        }
        kept = {label: arrays for label, arrays in kept.items() if arrays}
        if not kept:
            raise ValueError("state needs a descent whose optimizer keeps arrays; there is none")
        styles = {label: look for label, look in looks(groups, dashes=False).items() if label in kept}
        slots = list(dict.fromkeys(name for arrays in kept.values() for name in arrays))
        columns = min(len(slots), _COLUMNS)
        rows = -(-len(slots) // columns)
        size = (max(6.5, 4 * columns), 3.6 if rows == 1 else 2.6 * rows + 0.6)
        picture = Picture(figsize=size, layout="constrained")
        panels = picture.subplots(rows, columns, squeeze=False).flat
        for panel in panels[len(slots) :]:
            panel.remove()
        for panel, slot in zip(panels, slots, strict=False):
            shown = {label: arrays[slot] for label, arrays in kept.items() if slot in arrays}
            for label, values in shown.items():
                for k in range(2):
                    panel.plot(values[:, k], **_line(styles[label], k), markevery=max(len(values) // 30, 1))
            everything = np.concatenate(list(shown.values()))
            if everything.min() >= 0 and everything.any():
                panel.set_yscale("log", nonpositive="mask")
                low, high = panel.get_ylim()
                panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
                panel.yaxis.set_major_formatter("{x:g}")
                panel.yaxis.set_minor_formatter(NullFormatter())
            panel.set_ylabel(slot.removeprefix("state."))
            tidy(panel)
        picture.supxlabel("step", size=9)
        handles = [
            Line2D([], [], **_line(look, k), label=f"{label}, {name}")
            for label, look in styles.items()
            for k, name in enumerate("xy")
        ]
        if len(handles) > _ENTRIES:
            grey = Look("0.4", "")
            handles = [Line2D([], [], **_line(look, 0), label=label) for label, look in styles.items()]
            handles += [Line2D([], [], **_line(grey, k), label=f"in {name}") for k, name in enumerate("xy")]
        legend(picture, handles, above=4)
        return picture


def _line(look: Look, k: int) -> dict[str, Any]:
    """Return how the line of a coordinate looks: the line of y is dashed, with hollow points."""
    hollow = {"linestyle": "--", "mfc": "white"} if k else {}
    return {"color": look.color, "marker": look.marker, "markersize": 4, "linewidth": 1.1} | hollow


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"state": State}
