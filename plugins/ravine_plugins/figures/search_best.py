"""The best trials of a search, by epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl, ranked

from ravine_plugins.figures._accuracy import unit
from ravine_plugins.figures._search import described, short
from ravine_plugins.figures._style import legend, mean, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SearchBest(Figure):
    """Search, best trials: the objective by epoch, a panel for each trial, the best first.

    The solid line is the objective, the dashed line the same metric on training examples. If a trial has
    several runs, lines are their mean.

    Parameters
    ----------
    trials : int
        How many trials are drawn.
    columns : int
        Panels in a row.
    title : str
        Full key of a setting that is shown in each panel's title; empty for the first of the space.
    """

    trials: int = 20
    columns: int = 5
    title: str = ""

    def __post_init__(self) -> None:
        self.require(trials="[1, inf)", columns="[1, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        search = described(study, "search_best")
        title = self.title or next(iter(search.keys))
        if title not in search.keys:
            raise ValueError(f"title = {title!r}: it must be one of {', '.join(search.keys)}")
        objective = search.objective
        solid, dashed = f"evaluation.{objective}", f"evaluation.{objective.replace('validation_', 'train_')}"
        tried = {id(trial): (trial, runs) for trial, runs in study.tried}
        order = ranked([trial for trial, _ in tried.values()], maximize=search.maximize)
        best = [tried[id(trial)] for trial in order[: self.trials]]
        what, length = unit([run for _, runs in best for run in runs])

        columns = min(self.columns, len(best))
        rows = -(-len(best) // columns)
        picture = Picture(figsize=(1.75 * columns + 0.5, 1.5 * rows + 0.8), layout="constrained")
        panels = picture.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for place, (panel, (trial, runs)) in enumerate(zip(panels.flat, best, strict=False), start=1):
            for key, dashes, color in ((dashed, "--", "#0072B2"), (solid, "-", "#000000")):
                if key in runs[0].arrays and (key != dashed or dashed != solid):
                    panel.plot(
                        runs[0].arrays["evaluation.step"] / length,
                        mean([run.arrays[key] for run in runs]),
                        color=color,
                        linestyle=dashes,
                        linewidth=1.3,
                    )
            value = trial.point[title]
            text = f"{value:.2g}" if isinstance(value, float) else str(value)
            words = f"#{place}  {trial.value:.2f}  {short(title)} {text}"
            panel.set_title(words, size=8, parse_math=False)
            tidy(panel)
        if objective.endswith("accuracy"):
            panels.flat[0].set_ylim(0, 1.03)
        panels.flat[0].set_xlim(left=0)
        for panel in panels.flat[max(len(best) - columns, 0) : len(best)]:
            panel.tick_params(labelbottom=True)
        for panel in panels.flat[len(best) :]:
            panel.remove()
        picture.supxlabel(f"{what}; the best {len(best)} of {len(study.tried)} trials", size=9)
        picture.supylabel(objective.partition("_")[2].replace("_", " ") or objective, size=9)
        handles = [Line2D([], [], color="#000000", label=objective.replace("_", " "))]
        if dashed != solid:
            name = dashed.removeprefix("evaluation.").replace("_", " ")
            handles.append(Line2D([], [], color="#0072B2", linestyle="--", label=name))
        legend(picture, handles, above=2)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_best": SearchBest}
