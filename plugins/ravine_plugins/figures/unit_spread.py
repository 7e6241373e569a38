"""How far the units of a layer differ, by step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ravine import Figure, Study, hookimpl

from ravine_plugins.figures._style import tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class UnitSpreadFigure(Figure):
    """Unit spread: how far the units of each layer differ while a network learns, a panel a group.

    Parameters
    ----------
    floor : float
        Below it the axis is linear, so that a spread of 0 has a place.
    """

    floor: float = 1e-8

    def __post_init__(self) -> None:
        self.require(floor="(0, inf)")

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = {
            label: [run for run in runs if "probe.unit_spread.weights" in run.arrays]
            for label, runs in study.groups().items()
        }
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("unit_spread needs runs with the probe unit_spread; there is none")
        picture = Picture(figsize=(2.7 * len(groups) + 0.8, 3.4), layout="constrained")
        panels = picture.subplots(1, len(groups), squeeze=False, sharey=True)[0]
        for axes, (label, runs) in zip(panels, groups.items(), strict=True):
            seen = np.median([run.arrays["probe.unit_spread.weights"] for run in runs], axis=0)
            steps = runs[0].arrays["evaluation.step"][: len(seen)]
            for layer, values in enumerate(seen.T):
                grey = 0.75 * layer / max(seen.shape[1] - 1, 1)
                marker = "os^Dv"[layer % 5]
                axes.plot(
                    steps, values, color=f"{grey:.2f}", marker=marker, markersize=4, label=f"layer {layer + 1}"
                )
            axes.set_yscale("symlog", linthresh=self.floor)
            axes.set_title(label, size=9, parse_math=False)
            axes.set_xlabel("step")
            tidy(axes)
        panels[0].set_ylim(0, 2 * max(line.get_ydata().max() for axes in panels for line in axes.lines))
        panels[0].set_ylabel("spread of the units' weights")
        picture.legend(
            *panels[0].get_legend_handles_labels(), loc="outside right center", frameon=False, fontsize=8
        )
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"unit_spread": UnitSpreadFigure}
