"""Distributions of activations while a network learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Run, Study, hookimpl

from ravine_plugins.figures._distributions import COLORS, histogram, seen
from ravine_plugins.figures._style import evenly, renamed, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# Height of a histogram, relative to the distance between two.
_HEIGHT = 0.85
# The most layers that are drawn.
_LAYERS = 8


@dataclass(frozen=True)
class ActivationsByStep(Figure):
    """Activations by step: histograms of each layer's activations, the start at the bottom, the end on top.

    For each group one run is drawn. If more than a tenth of the values are exactly 0, these are left out,
    because they would hide the rest. Every histogram is scaled to the height of its peak.

    Parameters
    ----------
    most : int
        The most histograms of a layer; of more evaluations this many are chosen, evenly from first to last.
    names : dict of str to str
        Parts of the groups' labels, and the words for them beside the rows.
    """

    most: int = 8
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.require(most="[2, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("probe.distributions",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        looked = {label: _looked_at(runs) for label, runs in study.groups().items()}
        shown = {label: min(runs, key=_rank) for label, runs in looked.items() if runs}
        if not shown:
            raise ValueError("activations_by_step needs runs with the probe distributions; there is none")
        layers = max(seen(run, "activation.counts").shape[1] for run in shown.values())
        drawn = evenly(layers, _LAYERS)
        size = (max(1.7 + 1.5 * len(drawn), 5.2), 1.1 + 1.2 * len(shown))
        picture = Picture(figsize=size, layout="constrained")
        panels = picture.subplots(len(shown), len(drawn), squeeze=False, sharex="row", sharey="row")
        for row, (label, run) in zip(panels, shown.items(), strict=True):
            self._row(row, run, drawn)
            row[0].set_ylabel(
                wrapped(renamed(label, self.names), 1),
                rotation=0, ha="right", va="center", size=9, parse_math=False,
            )  # fmt: skip
        _compare(list(panels[:, 0]), shown)
        for layer, axes in zip(drawn, panels[0], strict=True):
            axes.set_title(f"layer {layer + 1}", size=9)
        seeds = {run.config["seed"] for run in shown.values()}
        picture.suptitle(
            f"one run each, {f'seed {seeds.pop()}' if len(seeds) == 1 else 'of several seeds'}\n"
            "many exact zeros are left out, and every histogram is as high as its peak"
            + f"; {len(drawn)} of {layers} layers" * (len(drawn) < layers),
            x=0.01, ha="left", size=9, color="0.3",
        )  # fmt: skip
        picture.supxlabel("activation", size=9)
        picture.supylabel("step", size=9)
        return picture

    def _row(self, row: Sequence[Any], run: Run, layers: Sequence[int]) -> None:
        n = len(seen(run, "activation.counts"))
        chosen = evenly(n, self.most)
        for layer, axes in zip(layers, row, strict=True):
            axes.spines[["top", "right", "left"]].set_visible(False)
            axes.tick_params(labelsize=7, length=2)
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="y", color="0.85", linewidth=0.6)
            axes.set_axisbelow(True)
            if layer >= seen(run, "activation.counts").shape[1]:
                axes.set_axis_off()  # a title over it stays
                continue
            for at, evaluation in enumerate(chosen):
                counts, edges = histogram(run, "activation", evaluation, layer)
                tops = at + _HEIGHT * counts / max(counts.max(), 1)
                axes.stairs(tops, edges, baseline=at, fill=True, color=COLORS["activation"], snap=False)
        row[0].set_ylim(-0.05, len(chosen))
        row[0].set_yticks(np.arange(len(chosen)), run.arrays["evaluation.step"][chosen].astype(int))


def _looked_at(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if "probe.distributions.activation.counts" in run.arrays]


def _rank(run: Run) -> tuple[bool, int]:
    """Return a key that is lowest for the run to draw: a completed run, with the lowest seed."""
    return run.status != "completed", run.config["seed"]


def _compare(first: Sequence[Any], shown: Mapping[str, Run]) -> None:
    """Give rows with the same activation the same axis, so that they can be compared."""
    kinds: dict[str, list[Any]] = {}
    for axes, (label, run) in zip(first, shown.items(), strict=True):
        kinds.setdefault(run.config.get("network", {}).get("activation", label), []).append(axes)
    for rows in kinds.values():
        low, high = np.transpose([axes.get_xlim() for axes in rows])
        for axes in rows:
            axes.set_xlim(low.min(), high.max())


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"activations_by_step": ActivationsByStep}
