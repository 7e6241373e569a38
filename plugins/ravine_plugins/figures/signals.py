"""Histograms of activations, layer by layer, and the spread of gradients there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._distributions import histogram, seen, zeros
from ravine_plugins.figures._style import EXIT, TEXT, evenly, fitted, renamed, setting, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# The most layers, and panels in a row, that are drawn.
_LAYERS = 6
_COLUMNS = 4
# Colours in a row of panels; letters tell their lines apart in grey.
_COLORS = ("#0072B2", "#E69F00", "#D55E00", "#000000")
_LETTERS = "abcd"
# Letters in a line over a panel, and inches of all panels of a row.
_TITLE = 19
_WIDTH = 7.2
# Height of a histogram, relative to the distance between two.
_HEIGHT = 0.85
# A layer is out of the picture's range if it is so many times as wide as half of all layers are.
_WIDE = 10
# A larger share of values beyond one edge is marked; no layer in range has so many there.
_BEYOND = 0.01


@dataclass(frozen=True)
class Signals(Figure):
    """Signals: histograms of activations by layer, a panel for each group, and the spread of gradients.

    All histograms have one axis, so that their widths can be compared. It has room for layers that are at most
    ten times as wide as the median of all; what lies outside is marked. Each is as high as its peak. If more
    than a tenth of the activations are exactly 0, as with ReLU, they would hide the rest. Then they are left
    out, and their share is written. Panels of one activation are in rows of their own, if that fills rows.

    Parameters
    ----------
    evaluation : int
        The number of the evaluation to draw, from 0; −1 for the last.
    names : dict of str to str
        Parts of the groups' labels, and the words for them over the panels.
    """

    evaluation: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

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
        shown = {renamed(label, self.names): runs[0] for label, runs in able.items() if runs}
        layers = max(_counts(run).shape[1] for run in shown.values())
        chosen = evenly(layers, _LAYERS)
        titles = {label: wrapped(label, _TITLE) for label in shown}
        wide = max(1.44, *(0.08 * len(line) for title in titles.values() for line in title.split("\n")))
        rows = _rows(shown, max(min(_COLUMNS, int(_WIDTH / wide) - 1), 1))
        columns = max(len(row) for row in rows)
        high = 0.9 + 0.21 * len(chosen) + 0.15 * max(title.count("\n") for title in titles.values())
        picture = Picture(
            figsize=(max(0.5 + wide * (columns + 1), 4.6), 0.8 + high * len(rows)), layout="constrained"
        )
        panels = picture.subplots(len(rows), columns + 1, squeeze=False, sharey=True)
        ends = self._ends(shown.values())
        for row, labels in zip(panels, rows, strict=True):
            for axes in row[len(labels) : columns]:
                axes.remove()
            for place, (axes, label) in enumerate(zip(row, labels, strict=False)):
                self._histograms(axes, shown[label], chosen, ends, _COLORS[place])
                axes.set_title(
                    f"{_LETTERS[place]}  {titles[label]}\n{self._found(shown[label])}",
                    size=TEXT, loc="left", parse_math=False,
                )  # fmt: skip
            self._gradients(row[-1], [shown[label] for label in labels], chosen)
        _name_axes(picture, panels, [len(row) for row in rows], chosen)
        picture.suptitle(
            wrapped(self._result(shown, layers), fitted(picture)),
            x=0.01,
            ha="left",
            size=TEXT,
            parse_math=False,
        )
        caption = (
            "one run each, the first of its seeds; every histogram is as high as its peak; ▶ goes on outside"
        )
        caption += f"; {len(chosen)} of {layers} layers" * (len(chosen) < layers)
        picture.supxlabel(wrapped(caption, fitted(picture)), size=TEXT, color="0.3")
        return picture

    def _has(self, run: Run) -> bool:
        looked = len(_counts(run))
        return -looked <= self.evaluation < looked

    def _ends(self, runs: Collection[Run]) -> tuple[float, float]:
        """Return the ends of the axis of all histograms: room for nearly all values of each layer in range."""
        spreads = np.concatenate([seen(run, "activation.std")[self.evaluation] for run in runs])
        widest = _WIDE * float(np.median(spreads))
        inside = [
            _most(*histogram(run, "activation", self.evaluation, layer))
            for run in runs
            for layer, spread in enumerate(seen(run, "activation.std")[self.evaluation])
            if spread <= widest
        ]
        low, high = min(low for low, _ in inside), max(high for _, high in inside)
        room = 0.04 * (high - low) or 0.5
        return low - room, high + room

    def _histograms(
        self, axes: Any, run: Run, layers: Sequence[int], ends: tuple[float, float], color: str
    ) -> None:
        axes.set_xlim(*ends)
        there = [layer for layer in layers if layer < _counts(run).shape[1]]
        bottoms = len(layers) - 1 - np.arange(len(there))
        axes.hlines(bottoms, *ends, color="0.85", linewidth=0.6, zorder=0)
        for bottom, layer in zip(bottoms, there, strict=True):
            counts, edges = histogram(run, "activation", self.evaluation, layer)
            tops = bottom + _HEIGHT * counts / max(counts.max(), 1)
            axes.stairs(tops, edges, baseline=bottom, fill=True, fc=color, ec=color, linewidth=0.6, snap=False)
            outside = ("<", edges[1:] <= ends[0]), (">", edges[:-1] >= ends[1])
            for x, (marker, beyond) in enumerate(outside):
                if counts[beyond].sum() > _BEYOND * counts.sum():
                    axes.plot(
                        x, bottom + 0.35, color=color, transform=axes.get_yaxis_transform(), clip_on=False,
                        **(EXIT | {"marker": marker}),
                    )  # fmt: skip

    def _gradients(self, axes: Any, runs: Sequence[Run], layers: Sequence[int]) -> None:
        places = np.arange(len(layers))[::-1] + 0.35
        drawn = []
        for letter, color, run in zip(_LETTERS, _COLORS, runs, strict=False):
            spreads = seen(run, "gradient.std")[self.evaluation]
            there = [layer for layer in layers if layer < len(spreads)]
            values = np.where(spreads > 0, spreads, np.nan)[there]
            axes.plot(
                values,
                places[: len(there)],
                color=color,
                marker=f"${letter}$",
                markersize=6.5,
                mew=0.4,
                linewidth=0.8,
            )
            drawn.append(values[np.isfinite(values)])
        spreads = np.concatenate(drawn)
        ends = f": σ from\n{spreads.min():.2g} to {spreads.max():.2g}" if len(spreads) else ":\nall are 0"
        axes.set_title(f"gradients{ends}", size=TEXT, loc="left")
        if len(spreads):
            axes.set_xscale("log")

    def _found(self, run: Run) -> str:
        """Return how the spread of activations changes from the first layer to the last."""
        spreads = seen(run, "activation.std")[self.evaluation]
        text = f"σ {spreads[0]:.2g}" + f" → {spreads[-1]:.2g}" * (len(spreads) > 1)
        shares = [zeros(run, "activation", self.evaluation, layer) for layer in range(len(spreads))]
        if left_out := [share for share in shares if share]:
            few, many = f"{100 * min(left_out):.0f}", f"{100 * max(left_out):.0f}"
            text += f"\n{few if few == many else f'{few}–{many}'}% are 0"
        return text + "\ndiverged later" * (run.status == "diverged")

    def _result(self, shown: Mapping[str, Run], layers: int) -> str:
        last = {label: float(seen(run, "activation.std")[self.evaluation, -1]) for label, run in shown.items()}
        narrow, wide = min(last, key=lambda label: last[label]), max(last, key=lambda label: last[label])
        if f"{last[narrow]:.2g}" == f"{last[wide]:.2g}":
            return f"In the last of {layers} layers the activations have a spread σ of {last[wide]:.2g}"
        return (
            f"The spread σ of activations in the last of {layers} layers goes from {last[narrow]:.2g} "
            f"({narrow}) to {last[wide]:.2g} ({wide})"
        )


def _rows(shown: Mapping[str, Run], columns: int) -> list[list[str]]:
    """Return labels by row: a row for each activation, if rows do not become many by that."""
    kinds: dict[str, list[str]] = {}
    for label, run in shown.items():
        kinds.setdefault(str(setting(run, "network.activation")), []).append(label)
    apart = [labels[i : i + columns] for labels in kinds.values() for i in range(0, len(labels), columns)]
    every = [*shown]
    close = [every[i : i + columns] for i in range(0, len(every), columns)]
    return apart if len(apart) <= 1.5 * len(close) else close


def _most(counts: Array, edges: Array) -> tuple[float, float]:
    """Return between which values nearly all lie: a share of ``_BEYOND`` at most is beyond either."""
    below = np.concatenate([[0], np.cumsum(counts)]) / max(counts.sum(), 1)
    inside = np.flatnonzero((below > _BEYOND) & (below < 1 - _BEYOND))
    first, last = (inside[0] - 1, inside[-1] + 1) if len(inside) else (0, len(edges) - 1)
    return float(edges[first]), float(edges[last])


def _name_axes(picture: "Picture", panels: Array, filled: Sequence[int], layers: Sequence[int]) -> None:
    """Name what is along the axes, below the lowest panel of each column."""
    from matplotlib.ticker import LogLocator, NullFormatter

    columns = panels.shape[1] - 1
    panels[0, 0].set_yticks(np.arange(len(layers))[::-1] + 0.35, [f"{layer + 1}" for layer in layers])
    panels[0, 0].set_ylim(-0.08, len(layers) - 0.05)
    beyond = [row[-1].get_xlim() for row in panels if row[-1].get_xscale() == "log"]
    for number, (row, n) in enumerate(zip(panels, filled, strict=True)):
        row[0].set_ylabel("layer", size=TEXT)
        for place, axes in [*enumerate(row[:n]), (columns, row[-1])]:
            axes.spines[["top", "right", "left"]].set_visible(False)
            axes.tick_params(labelsize=TEXT, length=2)
            axes.tick_params(axis="y", length=0, labelleft=place == 0)
            lowest = number == len(panels) - 1 or (place < columns and filled[number + 1] <= place)
            if place == columns and beyond and axes.get_xscale() == "log":
                axes.set_xlim(min(low for low, _ in beyond), max(high for _, high in beyond))
                axes.xaxis.set_major_locator(LogLocator(numticks=4))
                axes.xaxis.set_minor_formatter(NullFormatter())
                axes.grid(axis="x", color="0.92", linewidth=0.6)
            axes.tick_params(axis="x", labelbottom=lowest)
            if lowest:
                axes.set_xlabel("activation" if place < columns else "σ of gradients", size=TEXT)


def _counts(run: Run) -> Array:
    """Return counts of activations, (evaluations, layers, bins); empty if the run has no such probe."""
    return run.arrays.get("probe.distributions.activation.counts", np.empty((0, 0, 0)))


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"signals": Signals}
