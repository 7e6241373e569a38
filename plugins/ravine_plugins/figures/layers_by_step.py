"""Values of every layer, measured by a probe while a network learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Run, Study, hookimpl

from ravine_plugins.figures._style import band, legend, renamed, spread, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class LayersByStep(Figure):
    """Layers by step: values of every layer from a probe, a row for each value, a column for each group.

    Lines are medians over completed runs, bands go from lowest to highest.

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
            label: [run for run in runs if run.status == "completed" and self._in(run)]
            for label, runs in study.groups().items()
        }
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            of = ", ".join(self.of)
            raise ValueError(
                f"layers_by_step needs completed runs with {of}, a number for each layer; there is none"
            )
        size = (2.6 + 1.65 * len(groups), 0.9 + 1.6 * len(self.of))
        picture = Picture(figsize=size, layout="constrained")
        panels = picture.subplots(len(self.of), len(groups), squeeze=False, sharex="col", sharey="row")
        for row, name in zip(panels, self.of, strict=True):
            for axes, runs in zip(row, groups.values(), strict=True):
                _draw_layers(axes, runs, f"probe.{name}")
                tidy(axes)
                axes.tick_params(labelsize=7)
            if name in self.log and any((line.get_ydata() > 0).any() for axes in row for line in axes.lines):
                row[0].set_yscale("log")
            row[0].set_ylabel(renamed(name, self.names), size=8, parse_math=False)
        for axes, label in zip(panels[0], groups, strict=True):
            axes.set_title(renamed(label, self.names), size=9, parse_math=False)
        picture.supxlabel("step", size=9)
        handles = max((list(axes.lines) for axes in panels[0]), key=len)
        legend(picture, handles, title=spread(groups.values()).replace(", ", ",\n"))
        return picture

    def _in(self, run: Run) -> bool:
        return all(run.arrays.get(f"probe.{name}", np.empty(0)).ndim == 2 for name in self.of)


def _draw_layers(axes: Any, runs: Sequence[Run], key: str) -> None:
    middle, low, high = band([run.arrays[key] for run in runs])
    steps = runs[0].arrays["evaluation.step"][: len(middle)]
    layers = middle.shape[1]
    if np.isnan(middle).all():
        axes.text(0.5, 0.5, "does not apply", transform=axes.transAxes, size=7, color="0.5", ha="center")
    for layer in range(layers):
        grey = f"{0.75 * layer / max(layers - 1, 1):.2f}"
        axes.fill_between(steps, low[:, layer], high[:, layer], color=grey, alpha=0.18, linewidth=0)
        axes.plot(
            steps, middle[:, layer], color=grey, marker="os^Dv"[layer % 5], markersize=4, linewidth=1.2,
            label=f"layer {layer + 1}",
        )  # fmt: skip


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"layers_by_step": LayersByStep}
