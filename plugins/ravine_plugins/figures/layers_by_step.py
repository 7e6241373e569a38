"""Values of every layer, measured by a probe while a network learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Run, Study, hookimpl

from ravine_plugins.figures._style import band, legend, renamed, spread, tidy, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Inches of panels beside each other, and letters in a line over one.
_WIDTH = 13.2
_TITLE = 20


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
        titles = [wrapped(renamed(label, self.names), _TITLE) for label in groups]
        wide = max(1.65, *(0.08 * len(line) for title in titles for line in title.split("\n")))
        columns, several = min(len(groups), max(int(_WIDTH / wide), 1)), len(self.of)
        blocks = -(-len(groups) // columns)
        picture = Picture(figsize=(2.6 + wide * columns, 0.9 + 1.6 * several * blocks), layout="constrained")
        panels = picture.subplots(several * blocks, columns, squeeze=False, sharex="col")
        # By value and group: the groups of a block are beside each other, and the blocks below each other.
        by_value = panels.reshape(blocks, several, columns).transpose(1, 0, 2).reshape(several, -1)
        for panel in by_value[:, len(groups) :].flat:
            panel.remove()
        by_value = by_value[:, : len(groups)]
        for row, name in zip(by_value, self.of, strict=True):
            for axes, runs in zip(row, groups.values(), strict=True):
                axes.sharey(row[0]) if axes is not row[0] else None
                _draw_layers(axes, runs, f"probe.{name}")
                tidy(axes)
                axes.tick_params(labelsize=7)
            if name in self.log and any((line.get_ydata() > 0).any() for axes in row for line in axes.lines):
                row[0].set_yscale("log")
            for place, axes in enumerate(row):
                if place % columns == 0:
                    axes.set_ylabel(renamed(name, self.names), size=8, parse_math=False)
                else:
                    axes.tick_params(labelleft=False)
        for axes, title in zip(by_value[0], titles, strict=True):
            axes.set_title(title, size=9, parse_math=False)
        picture.supxlabel("step", size=9)
        handles = max((list(axes.lines) for axes in by_value[0]), key=len)
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
