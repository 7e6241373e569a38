"""Values of every layer, measured by a probe while a network learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Run, Study, hookimpl

from ravine_plugins.figures._style import (
    TEXT,
    band,
    evenly,
    fitted,
    label_ends,
    lay_out,
    renamed,
    spread,
    tidy,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Inches of panels beside each other, and the most of them; where rows are many, the picture is wider.
_WIDTH = 7.2
_COLUMNS = 3
_ROWS = 10
_WIDER = 13.2
# Letters in a line over a panel, and beside one.
_TITLE = 30
_LABEL = 18
# The most layers that are named.
_NAMED = 6


@dataclass(frozen=True)
class LayersByStep(Figure):
    """Layers by step: values of every layer from a probe, in rows for each value, a panel for each group.

    Lines are medians over completed runs, bands go from lowest to highest. The first layer is dark, the last
    light, and the numbers of layers are at the ends of their lines. If a value is nothing but 0 in a group, or
    does not apply to it, the group has no panel for it, unless no group has one; a line below says so. Titles
    say how low and how high layers end.

    Parameters
    ----------
    of : tuple of str
        Probe and value, like ``distributions.saturated``: values with one number for each layer.
    log : tuple of str
        Those values that have a logarithmic axis; 0 is not drawn there.
    names : dict of str to str
        Parts of the groups' labels and of the values' names, and the words for them in the picture.
    """

    of: tuple[str, ...] = ("distributions.saturated", "distributions.dead")
    log: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.log:
            if name not in self.of:
                raise ValueError(f"LayersByStep: log has {name}, of has {', '.join(self.of)}")

    def needs(self) -> tuple[str, ...]:
        return tuple(f"probe.{name}" for name in self.of)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = {
            renamed(label, self.names): [run for run in runs if run.status == "completed" and self._in(run)]
            for label, runs in study.groups().items()
        }
        lost = [label for label, runs in groups.items() if not runs]
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            of = ", ".join(self.of)
            raise ValueError(
                f"layers_by_step needs completed runs with {of}, a number for each layer; there is none"
            )
        titles = {label: wrapped(label, _TITLE) for label in groups}
        wide = max(2.2, *(0.08 * len(line) for title in titles.values() for line in title.split("\n")))
        shown = {name: self._worth_showing(name, groups) for name in self.of}
        columns = _columns([*map(len, shown.values())], wide)
        wide = max(wide, min(_WIDTH / columns, 3.2))
        # Each row is of one value, with the groups that it shows.
        rows = [
            (name, labels[i : i + columns])
            for name, labels in shown.items()
            for i in range(0, len(labels), columns)
        ]
        high = 1.75 + 0.15 * max(title.count("\n") for title in titles.values())
        picture = Picture(
            figsize=(max(0.7 + wide * columns, 4.6), 0.8 + high * len(rows)), layout="constrained"
        )
        panels = picture.subplots(len(rows), columns, squeeze=False, sharex=True)
        drawn = []
        for row, (name, labels) in zip(panels, rows, strict=True):
            for axes in row[len(labels) :]:
                axes.remove()
            row[0].set_ylabel(wrapped(self._called(name), _LABEL), size=TEXT, parse_math=False)
            for axes, label in zip(row, labels, strict=False):
                key = f"probe.{name}"
                _draw_layers(axes, groups[label], key)
                title = f"{titles[label]}\n{_result(groups[label], key)}"
                axes.set_title(title, size=TEXT, loc="left", parse_math=False)
                axes.tick_params(labelsize=TEXT, labelleft=axes is row[0])
                drawn.append((axes, name, groups[label]))
        for name in self.of:
            self._share([axes for axes, other, _ in drawn if other == name], name)
        for column in range(columns):
            # The lowest panel of a column has its numbers.
            lowest = max(number for number, (_, labels) in enumerate(rows) if column < len(labels))
            panels[lowest, column].tick_params(labelbottom=True)
        low, last = panels[0, 0].get_xlim()
        panels[0, 0].set_xlim(low, last + 0.3 / wide * (last - low))
        caption = wrapped(self._caption(groups, shown, lost), fitted(picture))
        picture.supxlabel(caption, size=TEXT, color="0.3", parse_math=False)
        lay_out(picture)
        for axes, name, runs in drawn:
            _name_layers(axes, runs, f"probe.{name}")
        return picture

    def _share(self, panels: Sequence[Any], name: str) -> None:
        """Give the panels of a value one axis, which is logarithmic if it is asked for and possible."""
        for axes in panels[1:]:
            axes.sharey(panels[0])
        if name in self.log and any((line.get_ydata() > 0).any() for axes in panels for line in axes.lines):
            panels[0].set_yscale("log")
        panels[0].autoscale(axis="y")

    def _in(self, run: Run) -> bool:
        return all(run.arrays.get(f"probe.{name}", np.empty(0)).ndim == 2 for name in self.of)

    def _called(self, name: str) -> str:
        """Return the words for a value."""
        words = renamed(name, self.names)
        return words if words != name else name.partition(".")[2].replace(".", " ").replace("_", " ")

    def _worth_showing(self, name: str, groups: Mapping[str, Sequence[Run]]) -> list[str]:
        """Return the groups in which a value is not 0 throughout; all, if there is none."""
        some = [
            label
            for label, runs in groups.items()
            if any((np.nan_to_num(run.arrays[f"probe.{name}"]) != 0).any() for run in runs)
        ]
        return some or [*groups]

    def _caption(
        self, groups: Mapping[str, Sequence[Run]], shown: Mapping[str, Sequence[str]], lost: Sequence[str]
    ) -> str:
        says = [f"by step; numbers at lines are layers; {spread(groups.values())}"]
        for name, labels in shown.items():
            absent = {label: runs for label, runs in groups.items() if label not in labels}
            never = [
                label
                for label, runs in absent.items()
                if all(np.isnan(run.arrays[f"probe.{name}"]).all() for run in runs)
            ]
            zero = [label for label in absent if label not in never]
            says += [f"{self._called(name)}: 0 throughout with {', '.join(zero)}"] * bool(zero)
            says += [f"{self._called(name)}: not defined with {', '.join(never)}"] * bool(never)
        says += [f"no completed run with these values: {', '.join(lost)}"] * bool(lost)
        return "\n".join(says)


def _colors(layers: int) -> Any:
    """Return a colour for each layer, from dark to light."""
    import matplotlib as mpl

    return mpl.colormaps["viridis"](np.linspace(0, 0.78, max(layers, 2)))


def _draw_layers(axes: Any, runs: Sequence[Run], key: str) -> None:
    middle, low, high = band([run.arrays[key] for run in runs])
    tidy(axes)
    axes.locator_params(axis="x", nbins=4)
    steps = runs[0].arrays["evaluation.step"][: len(middle)]
    if np.isnan(middle).all():
        axes.text(0.5, 0.5, "not defined", transform=axes.transAxes, size=TEXT, color="0.4", ha="center")
    for layer, color in zip(range(middle.shape[1]), _colors(middle.shape[1]), strict=False):
        axes.fill_between(steps, low[:, layer], high[:, layer], color=color, alpha=0.15, linewidth=0)
        axes.plot(
            steps, middle[:, layer], color=color, marker="os^Dv"[layer % 5], markersize=3.5, linewidth=1.2,
            markevery=max(len(steps) // 12, 1),
        )  # fmt: skip


def _name_layers(axes: Any, runs: Sequence[Run], key: str) -> None:
    """Write the numbers of layers at the ends of their lines."""
    last = band([run.arrays[key] for run in runs])[0][-1]
    colors = _colors(len(last))
    label_ends(axes, {f"{layer + 1}": (last[layer], colors[layer]) for layer in evenly(len(last), _NAMED)})


def _columns(panels: Sequence[int], wide: float) -> int:
    """Return the fewest columns, of some width, with which rows of so many panels each are fewest."""

    def rows(columns: int) -> int:
        return sum(-(-n // columns) for n in panels)

    most = min(max(int(_WIDTH / wide), 1), _COLUMNS)
    if rows(most) > _ROWS:
        most = max(int(_WIDER / wide), 1)
    return min(range(1, most + 1), key=rows)


def _result(runs: Sequence[Run], key: str) -> str:
    """Return how layers differ at the end: how many times the lowest is the highest."""
    last = band([run.arrays[key] for run in runs])[0][-1]
    if np.isnan(last).all():
        return "not defined"
    low, high = int(np.nanargmin(last)), int(np.nanargmax(last))
    if f"{last[low]:.2g}" == f"{last[high]:.2g}":
        return f"{'all end' if len(last) > 1 else 'ends'} at {last[high]:.2g}"
    if last[low] <= 0:
        return f"layers end at {last[low]:.2g} to {last[high]:.2g}"
    return f"layer {high + 1} ends at {_times(last[high] / last[low])} × layer {low + 1}"


def _times(factor: float) -> str:
    return f"{factor:.2g}" if factor < 100 else f"{factor:.0f}" if factor < 1e5 else f"{factor:.0e}"


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"layers_by_step": LayersByStep}
