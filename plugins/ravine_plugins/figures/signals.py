"""Histograms of activations and gradients, layer by layer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._distributions import COLORS, histogram, seen, zeros
from ravine_plugins.figures._style import evenly, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# The most layers that are drawn.
_LAYERS = 6


@dataclass(frozen=True)
class Signals(Figure):
    """Signals: histograms of activations by layer and, beside them, of the loss's gradients.

    If more than a tenth of the activations are exactly 0, as with ReLU, they would hide the rest. Then they are
    left out, and their share is written.

    Parameters
    ----------
    evaluation : int
        The number of the evaluation to draw, from 0; −1 for the last.
    """

    evaluation: int = 0

    def needs(self) -> tuple[str, ...]:
        return ("probe.distributions",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = study.groups()
        most = max((len(_counts(run)) for runs in groups.values() for run in runs), default=0)
        if not most:
            raise ValueError("signals needs runs with the probe distributions; there is none")
        if not -most <= self.evaluation < most:
            raise ValueError(f"signals: evaluation = {self.evaluation}: runs have {-most} to {most - 1}")
        able = {label: [run for run in runs if self._has(run)] for label, runs in groups.items()}
        shown = {label: runs[0] for label, runs in able.items() if runs}
        layers = max(_counts(run).shape[1] for run in shown.values())
        chosen = evenly(layers, _LAYERS)
        n = len(chosen)
        picture = Picture(figsize=(2.4 + 2.2 * n, 0.6 + 0.95 * len(shown)), layout="constrained")
        panels = picture.subplots(len(shown), 2 * n, squeeze=False)
        for row, (label, run) in zip(panels, shown.items(), strict=True):
            for kind, cells in (("activation", row[:n]), ("gradient", row[n:])):
                for layer, axes in zip(chosen, cells, strict=True):
                    self._histogram(axes, run, kind, layer)
            row[0].set_ylabel(wrapped(label, 1), rotation=0, ha="right", va="center", size=8, parse_math=False)
        for kind, first in (("activation", 0), ("gradient", n)):
            for place, layer in enumerate(chosen, first):
                panels[0, place].set_title(f"{kind}\nlayer {layer + 1}", size=8, color=COLORS[kind])
        caption = "lowest value, standard deviation σ, highest value; one run a row, the first of its seeds"
        caption += f"; {n} of {layers} layers" * (n < layers)
        picture.supxlabel(caption, size=8, color="0.3")
        return picture

    def _has(self, run: Run) -> bool:
        looked = len(_counts(run))
        return -looked <= self.evaluation < looked

    def _histogram(self, axes: Any, run: Run, kind: str, layer: int) -> None:
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(labelsize=6, length=2)
        if layer >= _counts(run).shape[1]:
            axes.set_axis_off()  # a title over it stays
            return
        counts, edges = histogram(run, kind, self.evaluation, layer)
        axes.stairs(counts, edges, fill=True, color=COLORS[kind])
        if share := zeros(run, kind, self.evaluation, layer):
            text = f"{share:.0%} are 0"
            axes.text(1, 0.95, text, transform=axes.transAxes, size=6, color="0.3", ha="right", va="top")
        low, high, std = edges[0], edges[-1], seen(run, f"{kind}.std")[self.evaluation, layer]
        digits = 1 if f"{low:.1g}" != f"{high:.1g}" else 2
        axes.set_xticks([low, (low + high) / 2, high])
        axes.set_xticklabels([f"{low:.{digits}g}", f"σ {std:.2g}", f"{high:.{digits}g}"])


def _counts(run: Run) -> Array:
    """Return counts of activations, (evaluations, layers, bins); empty if the run has no such probe."""
    return run.arrays.get("probe.distributions.activation.counts", np.empty((0, 0, 0)))


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"signals": Signals}
