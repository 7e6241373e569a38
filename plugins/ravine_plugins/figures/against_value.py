"""Metrics at the end of runs against a swept number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from ravine import Figure, Run, Study, hookimpl

from ravine_plugins.figures._final import arrays_of, finals, refuse_unknown
from ravine_plugins.figures._style import (
    DIVERGED,
    EXIT,
    GOES_ON,
    Look,
    band,
    by_value,
    in_words,
    legend,
    log_ticks,
    looks,
    mark_exits,
    renamed,
    spread,
    swept,
    tidy,
    value_ticks,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class AgainstValue(Figure):
    """Against a value: metrics at the end of the runs by a number that is swept, a line for each group.

    Parameters
    ----------
    axis : str or None
        The number's full key, like ``optimizer.lr``; None for the only number that is swept.
    metrics : tuple of str
        Names of final metrics, a panel for each; ``gap`` is training accuracy minus test accuracy.
    x_scale, y_scale : "log" or "linear"
        The scales of the axes. On a logarithmic x axis the value 0 stands at the left, with a dotted line for
        comparison.
    limits : dict of str to pair of float
        By metric, the ends of its axis; a line that goes beyond them leaves the picture at a triangle. By
        default the axis contains all lines.
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend.
    """

    axis: str | None = None
    metrics: tuple[str, ...] = ("train_accuracy", "test_accuracy", "gap")
    x_scale: Literal["log", "linear"] = "log"
    y_scale: Literal["log", "linear"] = "linear"
    limits: Mapping[str, Sequence[float]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for metric, ends in self.limits.items():
            if metric not in self.metrics or len(ends) != 2:
                raise ValueError(
                    f"AgainstValue: limits of {metric} = {ends}: write [low, high] for a metric here"
                )

    def needs(self) -> tuple[str, ...]:
        return arrays_of(self.metrics)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        axis = swept(study, self.axis)
        lines = by_value(study, axis)
        refuse_unknown(self.metrics, study)
        styles = looks({label: next(iter(values.values())) for label, values in lines.items()})
        colors, below = [look.color for look in styles.values()], self._covered(lines)
        marks = {
            label: _marks(look, ring=max(colors[:i].count(look.color), below[label]))
            for i, (label, look) in enumerate(styles.items())
        }
        known = sorted({value for values in lines.values() for value in values})
        x_scale = self.x_scale if known[0] >= 0 and known[-1] > 0 else "linear"
        places = _places(known, x_scale)

        several = len(self.metrics) > 1
        picture = Picture(figsize=(2.7 * len(self.metrics) + 0.4 if several else 7.5, 4), layout="constrained")
        panels = picture.subplots(1, len(self.metrics), squeeze=False, sharex=True)
        for panel, metric in zip(panels.flat, self.metrics, strict=True):
            panel.set_xscale(x_scale)
            panel.set_yscale(self.y_scale)
            for label, values in lines.items():
                _draw_line(panel, values, metric, places, marks[label])
            _draw_lost(panel, lines, places, styles)
            panel.set_ylim(self.limits.get(metric))
            panel.set_ylabel(f"final {metric.replace('_', ' ')}")
            tidy(panel)
            low, high = panel.get_ylim()
            if self.y_scale == "log" and high < _DECADES * low:
                log_ticks(panel.yaxis, low, high)
        if places.get(0.0):
            _name_zero(panels.flat[0], places)
        else:
            value_ticks(panels.flat[0].xaxis, known, 2.0 if several else 5.0)
        cut = False
        for panel, metric in zip(panels.flat, self.metrics, strict=True):
            if metric in self.limits:
                drawn = [line for line in panel.lines if line.get_transform() == panel.transData]
                cut |= mark_exits(panel, drawn)
        picture.supxlabel(in_words(axis, study), size=9, parse_math=False)

        groups = [runs for values in lines.values() for runs in values.values()]
        handles = [Line2D([], [], label=renamed(label, self.names), **marks[label]) for label in lines]
        for text, cross in (("diverged", DIVERGED), ("some seeds diverged", _SOME_DIVERGED)):
            if any(_cross(runs) is cross for runs in groups):
                handles.append(Line2D([], [], color="0.4", label=text, **cross))
        if cut:
            handles.append(Line2D([], [], color="0.4", label=GOES_ON, **EXIT))
        note = spread(groups)
        legend(picture, handles, above=4 * several, title=note if several else note.replace(", ", ",\n"))
        return picture

    def _covered(self, lines: Mapping[str, Mapping[float, Sequence[Run]]]) -> dict[str, int]:
        """Return by label how many lines before it lie where it does in every panel, so that it covers them."""
        drawn: dict[str, Any] = {}
        for label, values in lines.items():
            rows = [[finals(runs, metric) for runs in values.values()] for metric in self.metrics]
            middles = np.array([[np.median(ys) if ys else np.nan for ys in row] for row in rows])
            with np.errstate(all="ignore"):
                drawn[label] = np.log10(middles) if self.y_scale == "log" else middles
        found = [np.concatenate([each[i] for each in drawn.values()]) for i in range(len(self.metrics))]
        found = [row[np.isfinite(row)] for row in found]
        near = _NEAR * np.array([[np.ptp(row) if len(row) else 0.0] for row in found])

        def same(one: str, other: str) -> bool:
            if drawn[one].shape != drawn[other].shape:
                return False
            there = np.isfinite(drawn[one])
            alike = np.abs(drawn[one] - drawn[other]) <= near
            return bool(there.any() and (there == np.isfinite(drawn[other])).all() and alike[there].all())

        labels = list(drawn)
        return {label: sum(same(label, other) for other in labels[:i]) for i, label in enumerate(labels)}


_SOME_DIVERGED = DIVERGED | {"markersize": 5, "mew": 1}


def _places(values: Sequence[float], scale: str) -> dict[float, float]:
    """Return the place of each value; on a logarithmic axis 0 is one such step before the smallest."""
    places = {value: value for value in values}
    positive = [value for value in values if value > 0]
    if scale == "log" and 0 in places:
        places[0.0] = positive[0] ** 2 / positive[1] if len(positive) > 1 else positive[0] / 10
    return places


def _name_zero(panel: Any, places: Mapping[float, float]) -> None:
    """Write 0 at the place of 0 on a logarithmic axis, and the decades to its right."""
    from matplotlib.ticker import FixedLocator, NullLocator

    decades = [d for k in range(-12, 13) if places[0.0] < (d := 10.0**k) <= max(places.values()) * 1.01]
    panel.xaxis.set_major_locator(FixedLocator([places[0.0], *decades]))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(lambda x, _: "0" if x == places[0.0] else f"{x:g}")


# Lines that are as close, as a share of all that a panel shows, lie on each other.
_NEAR = 0.01
# A logarithmic axis with a wider range has the ticks that matplotlib chooses.
_DECADES = 1e6


def _marks(look: Look, *, ring: int) -> dict[str, Any]:
    """Return how a line looks; if its colour or its place was used before, its markers are rings."""
    marks = {"color": look.color, "linestyle": look.dashes, "marker": look.marker, "linewidth": 1.3}
    return marks | ({"markersize": 5 + 3 * ring, "mfc": "none"} if ring else {"markersize": 4.5})


def _draw_line(
    panel: Any,
    values: Mapping[float, Sequence[Run]],
    metric: str,
    places: Mapping[float, float],
    marks: Mapping[str, Any],
) -> None:
    """Draw one group: median and band, and separately the value for 0 if the axis has no place for it."""
    ends = {value: finals(runs, metric) for value, runs in values.items()}
    found = {value: band([np.array([y]) for y in ys]) for value, ys in ends.items() if ys}
    zero = found.pop(0.0) if 0.0 in found and places[0.0] != 0 else None
    if found:
        middle, low, high = np.concatenate(list(found.values()), axis=1)
        panel.fill_between(list(found), low, high, color=marks["color"], alpha=0.18, linewidth=0)
        panel.plot(list(found), middle, **marks)
    if zero:
        middle, low, high = zero
        point = {**marks, "linestyle": "", "elinewidth": 1}
        panel.errorbar(places[0.0], middle, [middle - low, high - middle], **point)
        panel.axhline(middle[0], color=marks["color"], linewidth=0.8, linestyle=":", zorder=1)


def _cross(runs: Sequence[Run]) -> Mapping[str, Any] | None:
    """Return the cross for diverged runs of a group at one value: a large one if all runs diverged."""
    lost = sum(run.status == "diverged" for run in runs)
    return (DIVERGED if lost == len(runs) else _SOME_DIVERGED) if lost else None


def _draw_lost(
    panel: Any,
    lines: Mapping[str, Mapping[float, Sequence[Run]]],
    places: Mapping[float, float],
    styles: Mapping[str, Look],
) -> None:
    """Mark diverged runs above the panel, a row for each group."""
    rows = {label: values for label, values in lines.items() if any(map(_cross, values.values()))}
    for row, (label, values) in enumerate(rows.items()):
        for value, runs in values.items():
            if cross := _cross(runs):
                panel.plot(
                    places[value], 1.03 + 0.045 * row, color=styles[label].color, clip_on=False,
                    transform=panel.get_xaxis_transform(), **cross,
                )  # fmt: skip


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"against_value": AgainstValue}
