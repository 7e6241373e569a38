"""Curves by step: shared code of the figures of losses and of evaluated metrics."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ravine import Array, Run, Study

from ravine_plugins.figures._style import (
    EXIT,
    GOES_ON,
    band,
    crowded,
    explain,
    legend,
    looks,
    mark_exits,
    renamed,
    spread,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# The most lines whose legend has room in the panel, and the letters of their names.
_INSIDE = 8
_SHORT = 40
# How many times higher than the rest the first steps may be.
_STRETCHED = 10
# Beyond this size, and below its inverse, a logarithmic axis overflows.
_FAR = 1e200


def draw_curves(
    study: Study,
    groups: dict[str, list[Run]],
    curve: Callable[[Run], tuple[Array, Array]],
    *,
    scale: str,
    label: str,
    note: str,
    by: str = "step",
    names: Mapping[str, str] | None = None,
) -> "Picture":
    """Draw a line for each group: the median over seeds with a band, and crosses where runs diverged.

    Parameters
    ----------
    study : Study
        The study, all of whose groups have a look.
    groups : dict of str to list of Run
        By label, the runs that have a curve.
    curve : callable
        Returns the steps of a run, or other places, and the numbers there, each of shape (n,).
    scale : "log" or "linear"
        The scale of the numbers; it is linear if none is above 0.
    label : str
        What the numbers are.
    note : str
        What is added to the sentence on seeds.
    by : str
        What the places are that ``curve`` returns.
    names : dict of str to str, optional
        Parts of the groups' labels, and the words for them in the legend.
    """
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(7, max(4.5, 0.22 * len(groups))), layout="constrained")
    axes = picture.add_subplot()
    styles = looks(study.groups())
    finished: list[tuple[Array, Array]] = []
    medians: list[Any] = []
    many = crowded(groups)
    for i, (name, runs) in enumerate(groups.items()):
        look = styles[name]
        curves: list[Any] = [curve(run) for run in runs if run.status == "completed"]
        lost = [curve(run) for run in runs if run.status == "diverged"]
        words = renamed(name, names or {})
        text = f"{words} ({len(lost)} diverged)" if lost else words
        if curves:
            middle, low, high = band([values for _, values in curves])
            finished.append((middle, middle) if many else (low, high))
            steps, *_ = band([steps for steps, _ in curves])
            apart = max(len(steps) // 10, 1)  # markers of several lines do not meet
            if not many:
                axes.fill_between(steps, low, high, color=look.color, alpha=0.2, linewidth=0)
            medians += axes.plot(
                steps, middle, color=look.color, linestyle=look.dashes, linewidth=1.4, label=text,
                marker=look.marker, markersize=5, markevery=(apart * (i + 1) // (len(groups) + 1), apart),
            )  # fmt: skip
        for steps, values in lost:
            axes.plot(steps, values, color=look.color, linewidth=0.8, linestyle=":")
            end = axes.plot(
                steps[-1], 1, marker="x", color=look.color, markersize=9, mew=2, linestyle="",
                transform=axes.get_xaxis_transform(), clip_on=False, label=None if curves else text,
            )  # fmt: skip
            curves = curves or end
    lowest = [float(shown.min()) for low, _ in finished if (shown := _shown(low, scale)).size]
    # A diverged run leaves at the top, where its cross is.
    if lowest and min(lowest) > 0:
        axes.set_ylim(*_limits(min(lowest), _top([high for _, high in finished])))
    axes.set_yscale(scale if lowest or not finished else "linear")
    if mark_exits(axes, medians):
        axes.plot([], [], color="0.4", label=GOES_ON, **EXIT)
    axes.set_xlabel(by)
    axes.set_ylabel(label)
    explain(axes, f"{many or spread(groups.values())}{note}")
    handles, _ = axes.get_legend_handles_labels()
    if len(handles) > _INSIDE or any(len(str(handle.get_label())) > _SHORT for handle in handles):
        legend(picture, handles)
    else:
        for entry in axes.legend(frameon=False).get_texts():
            entry.set_parse_math(False)
    tidy(axes)
    return picture


def _shown(values: Array, scale: str) -> Array:
    """Return the numbers that an axis of this scale can show."""
    return values[values > 0] if scale == "log" else values


def _limits(lowest: float, top: float) -> tuple[float, float]:
    """Return the ends of an axis of numbers above 0."""
    high = min(max(top, 10 / _FAR), _FAR / 1.25) * 1.25
    low = lowest / 1.25 if lowest < high else high / 10
    return max(low, 1 / _FAR), high


def _top(curves: Sequence[Array]) -> float:
    """Return the highest value of curves, without the first tenth of the steps if it is much higher."""
    whole = max(float(curve.max()) for curve in curves)
    settled = max(float(max(curve[0], curve[len(curve) // 10 :].max())) for curve in curves)
    return settled if whole > _STRETCHED * settled else whole
