"""Accuracy by evaluation: shared code of the figures of learning."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Run

from ravine_plugins.figures._places import Place
from ravine_plugins.figures._style import DIVERGED, Look, band

if TYPE_CHECKING:
    from matplotlib.typing import LineStyleType


# Examples on which there is an accuracy, how a legend calls them, and their lines.
_PARTS: "dict[str, tuple[str, LineStyleType]]" = {
    "train": ("training", "-"),
    "validation": ("validation", "-."),
    "test": ("test", "--"),
}


def with_accuracy(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that were evaluated at least once and have an accuracy."""
    return [run for run in runs if len(run.arrays.get("evaluation.train_accuracy", ()))]


def unit(runs: Sequence[Run]) -> tuple[str, float]:
    """Return the unit of the axis and its number of updates: epochs if all have the same length, or steps."""
    lengths = {
        run.budget / run.config["training"]["epochs"]
        for run in runs
        if run.status == "completed" and run.config["training"].get("epochs")
    }
    return ("epoch", lengths.pop()) if len(lengths) == 1 else ("step", 1.0)


def by_steps(length: float) -> Place:
    """Return the function that places evaluations by their steps, in units of ``length``."""
    return lambda run, steps: steps / length


def parts(*, validation: bool, test: bool) -> list[str]:
    """Return the examples whose accuracy is drawn: those of training, and others that are asked for."""
    return ["train", *(["validation"] if validation else []), *(["test"] if test else [])]


def draw_accuracy(
    axes: Any,
    runs: Sequence[Run],
    look: Look,
    *,
    place: Place,
    of: Sequence[str],
    at: float,
    bands: bool = True,
) -> None:
    """Draw the accuracy of one group of runs: solid on training examples, dashed on test examples.

    Parameters
    ----------
    axes : matplotlib Axes
        The axes to draw on.
    runs : sequence of Run
        They differ in the seed only: the median is drawn with a band, and diverged runs up to their end.
    look : Look
        Colour and marker.
    place : callable
        Takes a run and steps, and returns where these stand on the axis.
    of : sequence of str
        On which examples: from ``parts``.
    at : float
        From 0 to 1, a shift of the markers, so that markers of different lines do not meet.
    bands : bool
        Whether a band shows how far the seeds lie apart.
    """
    for name in of:
        key, (_, dashes) = f"evaluation.{name}_accuracy", _PARTS[name]
        having = [run for run in runs if key in run.arrays]
        finished = [run for run in having if run.status == "completed"]
        if finished:
            middle, low, high = band([run.arrays[key] for run in finished])
            x, _, _ = band([place(run, run.arrays["evaluation.step"]) for run in finished])
            apart = max(len(x) // 7, 1)
            if bands:
                axes.fill_between(x, low, high, color=look.color, alpha=0.18, linewidth=0)
            axes.plot(
                x, middle, color=look.color, linestyle=dashes, linewidth=1.4,
                marker=look.marker, markersize=4.5, markevery=(int(apart * at), apart),
            )  # fmt: skip
        for run in having:
            if run.status == "diverged":
                x, y = place(run, run.arrays["evaluation.step"]), run.arrays[key]
                axes.plot(x, y, color=look.color, linestyle=":", linewidth=1)
                axes.plot(
                    place(run, np.array([run.step])),
                    y[-1:],
                    color=look.color,
                    clip_on=False,
                    zorder=4,
                    **DIVERGED,
                )


def handles(
    styles: Mapping[str, Look], labels: Mapping[str, str], runs: Iterable[Run], *, of: Sequence[str]
) -> list[Any]:
    """Return the entries of a legend: groups, then the examples if there are several, then the cross."""
    from matplotlib.lines import Line2D

    entries = [
        Line2D([], [], color=look.color, marker=look.marker, markersize=4.5, linewidth=1.4, label=labels[label])
        for label, look in styles.items()
    ]
    # A single group needs no name.
    if len(entries) == 1 and len(of) > 1:
        entries = []
    if len(of) > 1:
        entries += [
            Line2D([], [], color="0.4", linewidth=1.4, linestyle=dashes, label=f"{name} examples")
            for name, dashes in map(_PARTS.__getitem__, of)
        ]
    if any(run.status == "diverged" for run in runs):
        entries.append(Line2D([], [], color="0.4", label="diverged", **DIVERGED))
    return entries
