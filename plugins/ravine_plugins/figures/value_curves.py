"""An evaluated metric by step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._curves import draw_curves
from ravine_plugins.figures._places import LABELS, places
from ravine_plugins.figures._style import renamed

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class ValueCurves(Figure):
    """Value curves: an evaluated metric by step, the median over seeds with a band.

    Parameters
    ----------
    of : str
        The metric: ``value`` of a surface or a function, ``excess`` above a known minimum, ``test_loss``.
    scale : "log" or "linear"
        The scale of its axis. What is not above 0 has no place on a logarithmic one.
    x_scale : "linear" or "log"
        The scale of the steps; on a logarithmic one runs of different lengths are seen, and the start is not.
    names : dict of str to str
        Parts of the groups' labels and of the metric's name, and the words for them in the picture.
    by : "step", "epoch", "gradients" or "seconds"
        What the axis counts: steps; epochs; gradients, of which some rules take several for a step; or seconds
        of updates, without evaluations, as if each update of a run had taken as long as their mean.
    """

    of: str = "value"
    scale: Literal["log", "linear"] = "log"
    x_scale: Literal["linear", "log"] = "linear"
    names: Mapping[str, str] = field(default_factory=dict)
    by: Literal["step", "epoch", "gradients", "seconds"] = "step"

    def needs(self) -> tuple[str, ...]:
        return (f"evaluation.{self.of}",)

    def draw(self, study: Study) -> "Picture":
        name = f"evaluation.{self.of}"
        groups = {label: [run for run in runs if name in run.arrays] for label, runs in study.groups().items()}
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError(f"value_curves needs a run with an evaluated {self.of}; there is none")

        place = places(self.by, [run for runs in groups.values() for run in runs], "value_curves")

        def curve(run: Run) -> tuple[Array, Array]:
            return place(run, run.arrays["evaluation.step"]), run.arrays[name]

        picture = draw_curves(
            study,
            groups,
            curve,
            scale=self.scale,
            label=renamed(self.of.replace("_", " "), self.names),
            note="",
            by=LABELS.get(self.by, self.by),
            names=self.names,
        )
        picture.axes[0].set_xscale(self.x_scale)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"value_curves": ValueCurves}
