"""Whether the final order of trials can be seen early."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Study, hookimpl, rank_correlations

from ravine_plugins.figures._search import described
from ravine_plugins.figures._style import explain, legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SearchRanks(Figure):
    """Search, ranks: the objective early and at the end, a point for each trial, and how well the orders agree.

    On the right, Spearman's rank correlation with the end, at every epoch at which all runs were evaluated,
    with its 95 % bootstrap interval over trials. It is drawn for all trials that have a value, and for the
    quarter that is best at the end; each resample chooses this quarter again.

    Parameters
    ----------
    early : int
        The epoch of the left panel, or the nearest one at which all runs were evaluated; the step, if runs are
        not counted in epochs.
    """

    early: int = 5

    def __post_init__(self) -> None:
        self.require(early="[1, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D

        search = described(study, "search_ranks")
        everything, quarter = (rank_correlations(study.tried, search, best=share) for share in (1.0, 0.25))
        what, x = everything.unit, everything.x
        at = int(np.abs(x - self.early).argmin())
        when = f"{what} {x[at]:g}"

        name = search.objective.replace("_", " ")
        picture = Picture(figsize=(8.5, 3.8), layout="constrained")
        left, right = picture.subplots(1, 2)
        left.set_xlabel(f"{name}, {when}")
        left.set_ylabel(f"{name} at the end")
        handles = []
        for found, color, face, marker, dashes, words in (
            (everything, "#000000", "none", "o", "-", f"all {len(everything.end)} trials that ended"),
            (quarter, "#0072B2", "#0072B2", "s", "--", f"the best {len(quarter.end)} at the end"),
        ):
            mark: dict[str, Any] = {"marker": marker, "markersize": 5, "mfc": face, "mec": color, "mew": 0.8}
            left.plot(found.early[:, at], found.end, linestyle="", **mark)
            style: dict[str, Any] = {"color": color, "linestyle": dashes, "linewidth": 1.5}
            right.fill_between(x, found.low, found.high, color=color, alpha=0.15, linewidth=0)
            right.plot(x, found.rho, **style)
            handles.append(Line2D([], [], label=words, **mark, **style))
            panel, who = (left, "all") if found is everything else (right, "best")
            rho = f"ρ = {found.rho[at]:.2f} ({found.low[at]:.2f} to {found.high[at]:.2f})"
            explain(panel, f"{who}, {when}: {rho}")
        right.set_xlim(left=0)
        right.set_ylim(min(right.get_ylim()[0], 0), 1.02)
        right.set_xlabel(what)
        right.set_ylabel("rank correlation with the end")
        tidy(left)
        tidy(right)
        legend(picture, handles, above=2)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_ranks": SearchRanks}
