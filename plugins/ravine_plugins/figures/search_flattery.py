"""How much the validation accuracy of a chosen trial is too high because it was chosen by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, Trial, bootstrap_interval, hookimpl, optimism

from ravine_plugins.figures._search import described, expected_best, expected_of_best
from ravine_plugins.figures._style import Look, band, explain, legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_CHOSEN_BY = Look("#D55E00", "X", "-")
_NEW = Look("#000000", "o", "--")
_ADDED = Look("#0072B2", "s", "-.")
# The fewest searches for an interval, as for claims.
_ENOUGH = 6


@dataclass(frozen=True)
class SearchFlattery(Figure):
    """Search, flattery: how much choosing a trial by its validation accuracy makes this accuracy too high.

    On the left, the chosen trial's validation accuracy and its test accuracy by the number of trials, as
    expected values over all ways to take this many trials: the median over searches, with a band from lowest to
    highest. On the right, how much larger the difference of the two is than for a trial that was not chosen.
    This is what choosing adds to the validation accuracy: its optimism, or selection bias. Above it, the
    optimism of choosing among all trials: the mean over searches and, for six or more, its 95 % bootstrap
    interval.
    """

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.ticker import MaxNLocator

        search = described(study, "search_flattery")
        if search.objective != "validation_accuracy":
            raise ValueError("search_flattery shows a search whose objective is validation_accuracy")
        curves = [_curves(tried) for tried in study.searches.values()]
        distances = [chosen - new for chosen, new in curves]
        picture = Picture(figsize=(9, 3.8), layout="constrained")
        left, right = picture.subplots(1, 2)
        handles = []
        for axes, look, words, lines in (
            (left, _CHOSEN_BY, "by validation examples, which chose it", [by for by, _ in curves]),
            (left, _NEW, "by test examples", [new for _, new in curves]),
            (right, _ADDED, "", [distance - distance[0] for distance in distances]),
        ):
            middle, low, high = band(lines)
            x = np.arange(1, len(middle) + 1)
            apart = max(len(x) // 7, 1)
            axes.fill_between(x, low, high, color=look.color, alpha=0.15, linewidth=0)
            style: dict[str, Any] = {
                "color": look.color,
                "linestyle": look.dashes,
                "marker": look.marker,
                "markersize": 5,
            }
            axes.plot(x, middle, linewidth=1.5, markevery=apart, **style)
            axes.set_xlim(0.5, len(x) + 0.5)
            axes.set_xlabel("trials to choose from")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            tidy(axes)
            if words:
                handles.append(Line2D([], [], label=words, **style))
        left.set_ylabel("accuracy of the chosen trial")
        right.set_ylabel("added by choosing")
        added = np.array([optimism(tried, search) for tried in study.searches.values()])
        reach = " ({:.3f} to {:.3f})".format(*bootstrap_interval(added)) if len(added) >= _ENOUGH else ""
        explain(right, f"{'mean, ' * (len(added) > 1)}among all: {added.mean():z.3f}{reach}")
        several = len(curves) > 1
        explain(
            left, f"median of {len(curves)} searches, band from lowest to highest" if several else "one search"
        )
        legend(picture, handles, above=2)
        return picture


def _curves(tried: list[tuple[Trial, list[Run]]]) -> tuple[Array, Array]:
    scored = [(trial.value, runs) for trial, runs in tried if trial.value is not None]
    values = np.array([value for value, _ in scored])
    tests = np.array([np.mean([run.final["test_accuracy"] for run in runs]) for _, runs in scored])
    return expected_best(values), expected_of_best(values, tests)


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_flattery": SearchFlattery}
