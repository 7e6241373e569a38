"""Which settings of a search matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Figure, Study, hookimpl, importances

from ravine_plugins.figures._search import described, space_of
from ravine_plugins.figures._style import legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SearchImportance(Figure):
    """Search, importance: the share of the variance of the trials' ranks that each setting alone explains.

    With its 95 % bootstrap interval, over all trials of the study. Grey is what 95 in 100 permutations of the
    trials stay within: a setting in there carries no information, as far as these trials tell.
    """

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        search = described(study, "search_importance")
        trials = [trial for trial, _ in study.tried]
        found = importances(space_of(search), trials, maximize=search["maximize"])
        found.sort(key=lambda one: one.share)
        picture = Picture(figsize=(6.5, 0.55 * len(found) + 1.3), layout="constrained")
        axes = picture.add_subplot()
        for row, one in enumerate(found):
            axes.barh(row, max(one.chance, 0.0), height=0.5, color="0.8")
            reach = [[max(one.share - one.low, 0.0)], [max(one.high - one.share, 0.0)]]
            axes.errorbar(one.share, row, xerr=reach, color="#000000", marker="o", markersize=5, capsize=3)
            if not one.informative:
                axes.annotate(
                    "carries no information", (max(one.high, one.chance), row), xytext=(8, 0),
                    textcoords="offset points", va="center", size=9, color="0.3",
                )  # fmt: skip
        axes.set_yticks(range(len(found)), [one.key for one in found], parse_math=False)
        axes.set_ylim(-0.6, len(found) - 0.4)
        axes.set_xlim(min(0.0, *(one.share for one in found)) - 0.02, 1)
        axes.set_xlabel(f"share of the variance of the ranks of {len(trials)} trials")
        tidy(axes)
        handles = [
            Line2D([], [], color="#000000", marker="o", markersize=5, label="share, 95 % interval"),
            Patch(color="0.8", label="chance"),
        ]
        legend(picture, handles, above=2)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_importance": SearchImportance}
