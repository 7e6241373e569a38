"""Accuracy of averages over dropout's masked networks, by their number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._style import band, explain, legend, looks, renamed, spread, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class AccuracyByMasks(Figure):
    """Accuracy by masks: of averages over masked networks, and of the scaled network, at the end of the runs.

    Lines are medians over completed runs, bands go from lowest to highest.

    Parameters
    ----------
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        return ("probe.masks",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        groups = {
            label: [run for run in runs if run.status == "completed" and "probe.masks.scaled" in run.arrays]
            for label, runs in study.groups().items()
        }
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("accuracy_by_masks needs completed runs with the probe masks; there is none")
        picture = Picture(figsize=(7, 4), layout="constrained")
        axes = picture.add_subplot()
        handles: list[Any] = []
        known: set[int] = set()
        styles = looks(study.groups(), dashes=False)
        for label, runs in groups.items():
            look = styles[label]
            line: dict[str, Any] = {"color": look.color, "marker": look.marker, "markersize": 4.5}
            numbers = runs[0].arrays["probe.masks.numbers"][-1].tolist()
            known |= set(numbers)
            middle, low, high = band([run.arrays["probe.masks.accuracy"][-1] for run in runs])
            axes.fill_between(numbers, low, high, color=look.color, alpha=0.18, linewidth=0)
            axes.plot(numbers, middle, linewidth=1.4, **line)
            (middle,), (low,), (high,) = band([run.arrays["probe.masks.scaled"][-1:] for run in runs])
            axes.axhspan(low, high, color=look.color, alpha=0.08, linewidth=0)
            axes.axhline(middle, color=look.color, linestyle="--", linewidth=1.4)
            handles.append(Line2D([], [], label=renamed(label, self.names), **line))
        if len(handles) == 1:  # a single group needs no name
            handles = []
        grey: dict[str, Any] = {"color": "0.4", "linewidth": 1.4}
        handles.append(Line2D([], [], label="masked, averaged", **grey))
        handles.append(Line2D([], [], label="scaled", linestyle="--", **grey))
        axes.set_xscale("log", base=2)
        axes.set_xticks(sorted(known), [str(number) for number in sorted(known)])
        axes.set_xlabel("masked networks in the average")
        axes.set_ylabel("test accuracy")
        explain(axes, spread(groups.values()))
        tidy(axes)
        legend(picture, handles)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"accuracy_by_masks": AccuracyByMasks}
