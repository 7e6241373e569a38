"""Training loss by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._style import (
    EXIT,
    GOES_ON,
    averaged,
    band,
    explain,
    legend,
    looks,
    mark_exits,
    setting,
    smooth,
    spread,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# The most lines whose legend has room in the panel, and the letters of their names.
_INSIDE = 8
_SHORT = 40
# How many times higher than the rest the first steps may be.
_STRETCHED = 10


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
    by : "step" or "gradients"
        What the axis counts: steps, or gradients, of which some rules take several for a step.
    """

    window: int = 51
    scale: Literal["log", "linear"] = "log"
    by: Literal["step", "gradients"] = "step"

    def __post_init__(self) -> None:
        self.require(window="[1, inf)")

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = {
            label: [run for run in runs if len(run.arrays.get("loss", ()))]
            for label, runs in study.groups().items()
        }
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("loss_curves needs a run with at least one step; there is none")
        picture = Picture(figsize=(7, max(4.5, 0.22 * len(groups))), layout="constrained")
        axes = picture.add_subplot()
        styles = looks(study.groups())
        finished: list[tuple[Array, Array]] = []
        medians: list[Any] = []
        done = [run for runs in groups.values() for run in runs if run.status == "completed"]
        window = min((averaged(self.window, len(run.arrays["loss"])) for run in done), default=1)
        for i, (label, runs) in enumerate(groups.items()):
            look = styles[label]
            whole = [run for run in runs if run.status == "completed"]
            curves: list[Any] = [smooth(run.arrays["loss"], window) for run in whole]
            lost = [run for run in runs if run.status == "diverged"]
            text = f"{label} ({len(lost)} diverged)" if lost else label
            if curves:
                middle, low, high = band(curves)
                finished.append((low, high))
                steps = self._places(whole, len(middle))
                apart = max(len(steps) // 10, 1)  # markers of several lines do not meet
                axes.fill_between(steps, low, high, color=look.color, alpha=0.2, linewidth=0)
                medians += axes.plot(
                    steps, middle, color=look.color, linestyle=look.dashes, linewidth=1.4, label=text,
                    marker=look.marker, markersize=5, markevery=(apart * (i + 1) // (len(groups) + 1), apart),
                )  # fmt: skip
            for run in lost:
                steps = self._places([run], len(run.arrays["loss"]))
                axes.plot(
                    steps, run.arrays["loss"][: len(steps)], color=look.color, linewidth=0.8, linestyle=":"
                )
                end = axes.plot(
                    steps[-1], 1, marker="x", color=look.color, markersize=9, mew=2, linestyle="",
                    transform=axes.get_xaxis_transform(), clip_on=False, label=None if curves else text,
                )  # fmt: skip
                curves = curves or end
        if finished:  # a diverged run leaves at the top, where its cross is
            axes.set_ylim(
                min(low.min() for low, _ in finished) / 1.25, _top([high for _, high in finished]) * 1.25
            )
        axes.set_yscale(self.scale)
        if mark_exits(axes, medians):
            axes.plot([], [], color="0.4", label=GOES_ON, **EXIT)
        axes.set_xlabel(self.by)
        rules = {setting(run, "regularizer") for runs in groups.values() for run in runs}
        axes.set_ylabel("training loss, with its penalty" if rules - {None, "none"} else "training loss")
        smoothing = f"smoothed over {window} steps" if window > 1 else "not smoothed"
        explain(axes, f"{spread(groups.values())}; {smoothing}")
        handles, _ = axes.get_legend_handles_labels()
        if len(handles) > _INSIDE or any(len(str(handle.get_label())) > _SHORT for handle in handles):
            legend(picture, handles)
        else:
            for name in axes.legend(frameon=False).get_texts():
                name.set_parse_math(False)
        tidy(axes)
        return picture

    def _places(self, runs: Sequence[Run], n: int) -> Array:
        """Return where the first n losses stand: at the numbers of their steps, or of their gradients.

        A loss is that of the first gradient of its step. Of several seeds it is the median.
        """
        if self.by == "step":
            return np.arange(1, n + 1)
        return band([run.gradients[:n] for run in runs])[0] + 1


def _top(curves: Sequence[Array]) -> float:
    """Return the highest value of curves, without the first tenth of the steps if it is much higher."""
    whole = max(float(curve.max()) for curve in curves)
    settled = max(float(max(curve[0], curve[len(curve) // 10 :].max())) for curve in curves)
    return settled if whole > _STRETCHED * settled else whole


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"loss_curves": LossCurves}
