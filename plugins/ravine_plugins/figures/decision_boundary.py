"""What a network predicts in the plane, while it learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._style import evenly, legend, renamed, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Okabe and Ito's palette; neighbours differ in hue and in grey.
_COLORS = ("#0072B2", "#E69F00", "#F0E442", "#009E73", "#D55E00", "#56B4E9", "#7F3C8D", "#CC79A7")
_MARKERS = "o^sDvP*X"
# Shares of a class's colour where its lead is 0 and 1.
_PALE, _FULL = 0.1, 0.6
# Letters in a line beside a row.
_LABEL = 14


@dataclass(frozen=True)
class DecisionBoundary(Figure):
    """Decision boundary: the class that a network predicts all over the plane, at steps of its training.

    A row for each group, of which one run is drawn; a panel for each step, with the training examples. The line
    is where the decision changes.

    Parameters
    ----------
    most : int
        The most panels in a row; of more evaluations this many are chosen, evenly from first to last.
    names : dict of str to str
        Parts of the groups' labels, and the words for them beside the rows.
    """

    most: int = 5
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.require(most="[2, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("probe.decision_surface",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        looked = {label: _looked_at(runs) for label, runs in study.groups().items()}
        shown = {label: min(runs, key=_rank) for label, runs in looked.items() if runs}
        if not shown:
            raise ValueError("decision_boundary needs runs with the probe decision_surface; there is none")
        chosen = {label: evenly(len(_seen(run, "x")), self.most) for label, run in shown.items()}
        columns = max(map(len, chosen.values()))
        size = (max(1.3 + 1.45 * columns, 4.6), 1.5 + 1.5 * len(shown))
        picture = Picture(figsize=size, layout="constrained")
        panels = picture.subplots(len(shown), columns, squeeze=False, sharex="row", sharey="row")
        for row, (label, run) in zip(panels, shown.items(), strict=True):
            for axes, evaluation in zip(row, chosen[label], strict=False):
                _panel(axes, run, evaluation)
            for axes in row[len(chosen[label]) :]:
                axes.remove()
            row[0].set_ylabel(
                wrapped(renamed(label, self.names), _LABEL),
                rotation=0, ha="right", va="center", size=9, parse_math=False,
            )  # fmt: skip
        seeds = {run.config["seed"] for run in shown.values()}
        picture.suptitle(
            f"one run each, {f'seed {seeds.pop()}' if len(seeds) == 1 else 'of several seeds'}\n"
            "the colour is the class that is predicted, paler where its lead is smaller",
            x=0.01, ha="left", size=9, color="0.3",
        )  # fmt: skip
        picture.supxlabel("first input", size=9)
        picture.supylabel("second input", size=9)
        legend(picture, _handles(1 + max(_classes(run) for run in shown.values())))
        return picture


def _panel(axes: Any, run: Run, evaluation: int) -> None:
    """Draw one network: classes as colours, the boundary, and the examples."""
    x, y, predicted, lead, points, classes = (
        _seen(run, what)[evaluation] for what in ("x", "y", "predicted", "lead", "points", "classes")
    )
    # The centres of its cells are the points of the grid.
    half_x, half_y = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    extent = (x[0] - half_x, x[-1] + half_x, y[0] - half_y, y[-1] + half_y)
    axes.imshow(
        _colours(predicted, lead), extent=extent, origin="lower", aspect="auto", interpolation="nearest"
    )
    for number in np.unique(predicted)[1:]:
        # It changes its sign at the boundary, and is 0 there.
        axes.contour(x, y, np.where(predicted >= number, lead, -lead), levels=[0], colors="black", linewidths=1)
    for number in np.unique(classes):
        axes.scatter(*points[classes == number].T, **_mark(number), s=7, linewidths=0.4)
    axes.set_title(f"step {run.arrays['evaluation.step'][evaluation]:.0f}", size=8)
    axes.tick_params(labelsize=6, length=2)


def _colours(predicted: Array, lead: Array) -> Array:
    """Return red, green and blue of each point of the grid."""
    from matplotlib.colors import to_rgb

    palette = np.array([to_rgb(color) for color in _COLORS])
    share = (_PALE + (_FULL - _PALE) * lead)[..., None]
    return 1 - share * (1 - palette[predicted % len(_COLORS)])


def _mark(number: int) -> dict[str, Any]:
    """Return how the examples of a class are drawn; an edge tells them from the ground."""
    return {
        "marker": _MARKERS[number % len(_MARKERS)],
        "facecolors": _COLORS[number % len(_COLORS)],
        "edgecolors": "black",
    }


def _handles(classes: int) -> Sequence[Any]:
    from matplotlib.lines import Line2D

    marks = [_mark(number) for number in range(classes)]
    return [
        *(
            Line2D(
                [], [], linestyle="", marker=mark["marker"], markerfacecolor=mark["facecolors"],
                markeredgecolor=mark["edgecolors"], markersize=5, label=f"class {number}",
            )
            for number, mark in enumerate(marks)
        ),
        Line2D([], [], color="black", linewidth=1, label="boundary"),
    ]  # fmt: skip


def _seen(run: Run, what: str) -> Array:
    """Return a value of the probe by evaluation."""
    array: Array = run.arrays[f"probe.decision_surface.{what}"]
    return array


def _classes(run: Run) -> int:
    """Return the largest number of a class that is predicted or shown."""
    return int(max(_seen(run, "predicted").max(), _seen(run, "classes").max()))


def _looked_at(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if "probe.decision_surface.predicted" in run.arrays]


def _rank(run: Run) -> tuple[bool, int]:
    """Return a key that is lowest for the run to draw: a completed run, with the lowest seed."""
    return run.status != "completed", run.config["seed"]


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"decision_boundary": DecisionBoundary}
