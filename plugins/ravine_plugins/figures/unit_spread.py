"""How much the units of a layer differ, by step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._style import DIVERGED, legend, tidy, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_WEIGHTS = "probe.unit_spread.weights"
# Panels in a row, and letters in a line over one.
_COLUMNS = 5
_TITLE = 30


@dataclass(frozen=True)
class UnitSpreadFigure(Figure):
    """Unit spread: how much the units of each layer differ while a network learns, a panel for each group.

    Lines are medians over seeds; diverged runs are dotted, up to their end.

    Parameters
    ----------
    floor : float
        Below this value the axis is linear, so that a spread of 0 can be drawn.
    """

    floor: float = 1e-8

    def __post_init__(self) -> None:
        self.require(floor="(0, inf)")

    def needs(self) -> tuple[str, ...]:
        return (_WEIGHTS,)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        groups = {
            label: [run for run in runs if _WEIGHTS in run.arrays] for label, runs in study.groups().items()
        }
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("unit_spread needs runs with the probe unit_spread; there is none")
        columns = min(len(groups), _COLUMNS)
        rows = -(-len(groups) // columns)
        size = (2.7 * columns + 0.8, 3.4 if rows == 1 else 2.6 * rows + 0.4)
        picture = Picture(figsize=size, layout="constrained")
        grid = picture.subplots(rows, columns, squeeze=False, sharey=True)
        panels = grid.flat
        for panel in panels[len(groups) :]:
            panel.remove()
        layers = max(run.arrays[_WEIGHTS].shape[1] for runs in groups.values() for run in runs)
        styles: list[dict[str, Any]] = [
            {"color": f"{0.75 * layer / max(layers - 1, 1):.2f}", "marker": "os^Dv"[layer % 5], "markersize": 4}
            for layer in range(layers)
        ]
        handles = [Line2D([], [], label=f"layer {layer + 1}", **style) for layer, style in enumerate(styles)]
        medians = []
        for axes, (label, runs) in zip(panels, groups.items(), strict=False):
            finished = [run for run in runs if run.status == "completed"]
            lost = [run for run in runs if run.status == "diverged"]
            if finished:
                medians.append(np.median([run.arrays[_WEIGHTS] for run in finished], axis=0))
                for values, style in zip(medians[-1].T, styles, strict=False):
                    axes.plot(finished[0].arrays["evaluation.step"], values, **style)
            for run in lost:
                for values, style in zip(run.arrays[_WEIGHTS].T, styles, strict=False):
                    axes.plot(run.arrays["evaluation.step"], values, linestyle=":", **style)
                axes.plot(
                    run.step, 1, color="0.4", clip_on=False, transform=axes.get_xaxis_transform(), **DIVERGED
                )
            axes.set_yscale("symlog", linthresh=self.floor)
            axes.set_title(wrapped(label, _TITLE), size=9, parse_math=False)
            axes.set_xlabel("step")
            tidy(axes)
        if medians:  # a diverged run leaves at the top, where its cross is
            panels[0].set_ylim(0, 2 * max(self.floor, *(seen.max() for seen in medians)))
        for row in grid:
            row[0].set_ylabel("spread of the units' weights")
        if any(run.status == "diverged" for runs in groups.values() for run in runs):
            handles.append(Line2D([], [], color="0.4", label="diverged", **DIVERGED))
        legend(picture, handles)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"unit_spread": UnitSpreadFigure}
