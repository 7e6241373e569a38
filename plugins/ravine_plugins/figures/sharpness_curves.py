"""Training loss and sharpness by step, with the edge of stability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._style import Look, band, explain, legend, looks, renamed, setting, spread, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SharpnessCurves(Figure):
    """Sharpness curves: training loss above, and below it the sharpness, with 2/η for gradient descent.

    Lines are medians over completed runs, bands go from lowest to highest. The loss is that of every update. A
    dashed line is 2/η, the largest sharpness at which gradient descent with that rate is stable; of other
    optimizers, and of transforms, there is none.

    Parameters
    ----------
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        return ("probe.sharpness",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        groups = {label: [run for run in runs if _has_both(run)] for label, runs in study.groups().items()}
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("sharpness_curves needs completed runs with the probe sharpness; there is none")
        picture = Picture(figsize=(7, 5.5), layout="constrained")
        above, below = picture.subplots(2, sharex=True)
        handles: list[Any] = []
        styles = looks(study.groups(), dashes=False)
        for i, (label, runs) in enumerate(groups.items()):
            look, at = styles[label], (i + 0.5) / len(groups)
            losses = [run.arrays["loss"] for run in runs]
            _line(above, np.arange(min(map(len, losses))), losses, look, at)
            sharpness = [run.arrays["probe.sharpness.largest"] for run in runs]
            _line(below, runs[0].arrays["evaluation.step"], sharpness, look, at)
            line: dict[str, Any] = {"color": look.color, "marker": look.marker, "markersize": 4.5}
            handles.append(Line2D([], [], label=renamed(label, self.names), **line))
            if (edge := _edge(runs[0])) is not None:
                below.axhline(edge, color=look.color, linestyle="--", linewidth=1)
                below.annotate(
                    f"2/η = {edge:.3g}", (1, edge), xycoords=("axes fraction", "data"), xytext=(0, -3),
                    textcoords="offset points", size=8, color=look.color, ha="right", va="top",
                )  # fmt: skip
        above.set_yscale("log" if all(line.get_ydata().min() > 0 for line in above.lines) else "linear")
        above.set_ylabel("training loss")
        below.set_ylabel("sharpness")
        below.set_xlabel("step")
        explain(above, spread(groups.values()))
        tidy(above)
        tidy(below)
        legend(picture, handles)
        return picture


def _has_both(run: Run) -> bool:
    seen = run.arrays.get("probe.sharpness.largest", np.empty(0))
    return run.status == "completed" and len(seen) > 0 and len(run.arrays["loss"]) > 0


def _line(axes: Any, steps: Array, curves: Sequence[Array], look: Look, at: float) -> None:
    middle, low, high = band(curves)
    steps = steps[: len(middle)]
    apart = max(len(steps) // 7, 1)
    axes.fill_between(steps, low, high, color=look.color, alpha=0.18, linewidth=0)
    axes.plot(
        steps, middle, color=look.color, linewidth=1.2, marker=look.marker, markersize=4.5,
        markevery=(int(apart * at), apart),
    )  # fmt: skip


def _edge(run: Run) -> float | None:
    """Return 2/η, if it is the limit of the run's optimizer."""
    plain = setting(run, "optimizer") == "sgd" and setting(run, "schedule") == "constant"
    changed = run.config.get("transform") or "lr" in run.config.get("schedules", {})
    return 2 / float(setting(run, "optimizer.lr")) if plain and not changed else None


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"sharpness_curves": SharpnessCurves}
