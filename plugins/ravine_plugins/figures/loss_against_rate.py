"""Training loss, or an evaluated metric, against the learning rate of the step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins._rates import rates
from ravine_plugins.figures._style import (
    DIVERGED,
    Look,
    averaged,
    band,
    explain,
    legend,
    looks,
    renamed,
    smooth,
    spread,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class LossAgainstRate(Figure):
    """Loss against the rate: what runs have had by the learning rate of their steps, as in a range test.

    A line for each group whose rate changes, the median over seeds with a band. Groups whose rate stays the
    same are points at their end: so a range test stands beside runs at one rate.

    Parameters
    ----------
    of : str
        ``loss``, smoothed, by step; or an evaluated metric, like ``validation_accuracy``.
    window : int
        Steps that the smoothing averages over, with a Kaiser window; 1 for none.
    x_scale, y_scale : "log" or "linear"
        The scales of the rate and of the loss. A rate of 0 has no place on a logarithmic axis.
    y_limits : pair of float or None
        The ends of the vertical axis.
    names : dict of str to str
        Parts of the groups' labels, and the words for them in the legend.
    """

    of: str = "loss"
    window: int = 21
    x_scale: Literal["log", "linear"] = "log"
    y_scale: Literal["log", "linear"] = "linear"
    y_limits: tuple[float, float] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.require(window="[1, inf)")

    def needs(self) -> tuple[str, ...]:
        return () if self.of == "loss" else (f"evaluation.{self.of}",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        moving, fixed = self._groups(study)
        styles = looks({**moving, **fixed})
        picture = Picture(figsize=(7, 4), layout="constrained")
        axes = picture.add_subplot()
        handles: list[Any] = []
        for label, runs in moving.items():
            look = styles[label]
            style: dict[str, Any] = {"color": look.color, "linestyle": look.dashes, "linewidth": 1.4}
            if done := [self._curve(run) for run in runs if run.status == "completed"]:
                x = band([places for places, _ in done])[0]
                middle, low, high = band([values for _, values in done])
                axes.fill_between(x, low, high, color=look.color, alpha=0.18, linewidth=0)
                axes.plot(x, middle, **style)
            handles.append(Line2D([], [], label=renamed(label, self.names), **style))
            self._draw_lost(axes, runs, look)
        for label, runs in fixed.items():
            look = styles[label]
            points: dict[str, Any] = {
                "color": look.color,
                "marker": look.marker,
                "markersize": 5,
                "linestyle": "",
                "mfc": "white",
            }
            for rate, ends in self._ends(runs).items():
                middle, low, high = band(ends)
                axes.errorbar(rate, middle, [middle - low, high - middle], elinewidth=1, **points)
            handles.append(Line2D([], [], label=f"{renamed(label, self.names)}: at the end", **points))
            self._draw_lost(axes, runs, look)
        if any(run.status == "diverged" for runs in (*moving.values(), *fixed.values()) for run in runs):
            handles.append(Line2D([], [], color="0.4", label="diverged", **DIVERGED))
        axes.set_xscale(self.x_scale)
        axes.set_yscale(self.y_scale)
        axes.set_ylim(self.y_limits)
        axes.set_xlabel("learning rate")
        axes.set_ylabel("training loss" if self.of == "loss" else self.of.replace("_", " "))
        explain(axes, self._note(moving, fixed))
        tidy(axes)
        legend(picture, handles)
        return picture

    def _groups(self, study: Study) -> tuple[dict[str, list[Run]], dict[str, list[Run]]]:
        """Return the groups whose rate changes, and the others, in which runs may differ in their rate."""
        name = "loss" if self.of == "loss" else f"evaluation.{self.of}"

        def shown(groups: Mapping[str, Sequence[Run]]) -> dict[str, list[Run]]:
            found = {
                label: [run for run in runs if run.step and len(run.arrays.get(name, ()))]
                for label, runs in groups.items()
            }
            return {label: runs for label, runs in found.items() if runs}

        moves = {label: runs for label, runs in shown(study.groups()).items() if any(map(_changes, runs))}
        those = {id(run) for runs in moves.values() for run in runs}
        others = study.groups(but={"optimizer.lr"})
        fixed = shown({label: [run for run in runs if id(run) not in those] for label, runs in others.items()})
        if not moves and not fixed:
            raise ValueError(f"loss_against_rate needs a run with {self.of} and a step; there is none")
        return moves, fixed

    def _curve(self, run: Run) -> tuple[Array, Array]:
        """Return the rates of a run and what it had at them, each (n,)."""
        of_step = rates(run)
        if self.of == "loss":
            return of_step, smooth(run.arrays["loss"], self.window)
        steps = run.arrays["evaluation.step"].astype(int)
        values = run.arrays[f"evaluation.{self.of}"]
        # The start, before any update, has no rate.
        return of_step[steps[steps > 0] - 1], values[steps > 0]

    def _ends(self, runs: Sequence[Run]) -> dict[float, list[Array]]:
        """Return by their one rate what completed runs have at their end, ascending."""
        ends: dict[float, list[Array]] = {}
        for places, values in (self._curve(run) for run in runs if run.status == "completed"):
            ends.setdefault(float(places[-1]), []).append(values[-1:])
        return dict(sorted(ends.items()))

    def _draw_lost(self, axes: Any, runs: Sequence[Run], look: Look) -> None:
        """Draw runs that diverged up to their end, thin, with a cross above it."""
        for run in runs:
            if run.status == "diverged":
                places, values = self._curve(run)
                axes.plot(places, values, color=look.color, linestyle=look.dashes, linewidth=0.7)
                axes.plot(
                    rates(run)[-1], 1.0, color=look.color, transform=axes.get_xaxis_transform(), clip_on=False,
                    **DIVERGED,
                )  # fmt: skip

    def _note(self, moving: Mapping[str, Sequence[Run]], fixed: Mapping[str, Sequence[Run]]) -> str:
        """Return what lines, points and bands are."""
        of_rate: dict[tuple[str, float], list[Run]] = {}
        for label, runs in fixed.items():
            for run in runs:
                of_rate.setdefault((label, float(rates(run)[0])), []).append(run)
        groups = [*moving.values(), *of_rate.values()]
        if self.of != "loss":
            return spread(groups)
        window = averaged(self.window, min(len(run.arrays["loss"]) for runs in groups for run in runs))
        return f"{spread(groups)}; " + (f"smoothed over {window} steps" if window > 1 else "not smoothed")


def _changes(run: Run) -> bool:
    return bool(np.ptp(rates(run)) > 0)


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"loss_against_rate": LossAgainstRate}
