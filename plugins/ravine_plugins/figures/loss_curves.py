"""Training loss by step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._curves import draw_curves
from ravine_plugins.figures._places import LABELS, places
from ravine_plugins.figures._style import averaged, setting, smooth

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class LossCurves(Figure):
    """Loss curves: smoothed training loss by step, the median over seeds with a band.

    If the first steps jump far above everything else, they are cut off: a line leaves the picture at a
    triangle.

    Parameters
    ----------
    window : int
        Steps that the smoothing averages over, with a Kaiser window; 1 for none. An even number counts as the
        next odd one, and more than a tenth of the shortest run is not used. The book uses 11.
    scale : "log" or "linear"
        The scale of the loss axis.
    by : "step", "epoch", "gradients" or "seconds"
        What the axis counts: steps; epochs; gradients, of which some rules take several for a step, and a loss
        is that of the first; or seconds of updates, without evaluations, as if each update of a run had taken
        as long as their mean.
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend.
    """

    window: int = 51
    scale: Literal["log", "linear"] = "log"
    by: Literal["step", "epoch", "gradients", "seconds"] = "step"
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.require(window="[1, inf)")

    def draw(self, study: Study) -> "Picture":
        groups = {
            label: [run for run in runs if len(run.arrays.get("loss", ()))]
            for label, runs in study.groups().items()
        }
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("loss_curves needs a run with at least one step; there is none")
        done = [run for runs in groups.values() for run in runs if run.status == "completed"]
        window = min((averaged(self.window, len(run.arrays["loss"])) for run in done), default=1)
        rules = {setting(run, "regularizer") for runs in groups.values() for run in runs}

        place = places(self.by, [run for runs in groups.values() for run in runs], "loss_curves")

        def curve(run: Run) -> tuple[Array, Array]:
            loss = run.arrays["loss"]
            smoothed = smooth(loss, window) if run.status == "completed" else loss
            before = np.arange(len(loss))
            return place(run, before) + 1 if self.by == "gradients" else place(run, before + 1), smoothed

        return draw_curves(
            study,
            groups,
            curve,
            scale=self.scale,
            by=LABELS.get(self.by, self.by),
            label="training loss, with its penalty" if rules - {None, "none"} else "training loss",
            note=f"; smoothed over {window} steps" if window > 1 else "; not smoothed",
            names=self.names,
        )


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"loss_curves": LossCurves}
