"""Which settings of a search matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Figure, Importance, SearchRecord, Space, Study, Trial, hookimpl, importances, registry

from ravine_plugins.figures._search import described, learners, sampler_looks, trials_of
from ravine_plugins.figures._style import Look, explain, in_words, legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SearchImportance(Figure):
    """Search, importance: the share of the variance of the trials' ranks that each setting alone explains.

    For one search, the share with its 95 % bootstrap interval over trials, if these are independent draws. For
    several searches with the same sampler, the share in each as a small point, and their mean, with its 95 %
    bootstrap interval over searches if there are six or more. 95 of 100 permutations of the trials stay within
    the grey bar, for every setting. Searches whose sampler learns are left out, because they try some parts of
    the space more often than others.
    """

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        search = described(study, "search_importance")
        space = search.space
        learn = learners(search)
        looks = {name: look for name, look in sampler_looks(study).items() if name not in learn}
        if not looks:
            verb = "learns" if len(learn) == 1 else "learn"
            raise ValueError(
                "search_importance needs trials that are spread evenly over the space, "
                f"but {' and '.join(learn)} {verb}"
            )
        searches = {name: trials_of(study, name) for name in looks}
        found = {name: _found(name, space, each, search) for name, each in searches.items()}
        order = np.argsort([np.mean([found[name][i].share for name in looks]) for i in range(len(space))])
        picture = Picture(figsize=(6.5, (0.2 + 0.35 * len(looks)) * len(space) + 1.5), layout="constrained")
        axes = picture.add_subplot()
        height = 0.75 / len(looks)
        for row, i in enumerate(order):
            for j, (name, look) in enumerate(looks.items()):
                place = row + height * ((len(looks) - 1) / 2 - j)
                _draw(axes, found[name][i], place, height * 0.8, look)
        axes.set_yticks(
            range(len(space)), [in_words(space.dimensions[i].key, study) for i in order], parse_math=False
        )
        axes.set_ylim(-0.6, len(space) - 0.4)
        lowest = min(share for each in found.values() for one in each for share in one.shares)
        axes.set_xlim(min(0.0, lowest) - 0.03, 1)
        axes.set_xlabel("share of the variance of the trials' ranks")
        tidy(axes)
        many = max(map(len, searches.values()))
        trials = max(len(each) for of_sampler in searches.values() for each in of_sampler)
        what = f"{trials} trials" if many == 1 else f"mean of {many} searches of {trials} trials, small: each"
        if learn:
            what += f"; without {', '.join(learn)}, which learn{'s' * (len(learn) == 1)}"
        explain(axes, what)
        words = "share" if many == 1 else "mean"
        words += ", 95 % interval" * any(one.interval is not None for each in found.values() for one in each)
        handles: list[Any] = [
            Line2D(
                [], [], color=look.color, marker=look.marker, markersize=5,
                label=words if len(looks) == 1 and not learn else f"{name}: {words}",
            )
            for name, look in looks.items()
        ]  # fmt: skip
        legend(picture, [*handles, Patch(color="0.8", label="chance")], above=3)
        return picture


def _found(sampler: str, space: Space, searches: list[list[Trial]], search: SearchRecord) -> list[Importance]:
    found = importances(space, *searches, maximize=search.maximize)
    if len(searches) > 1 or registry.load().get("sampler", sampler).independent:
        return found
    # Without independent draws an interval over trials is not valid.
    return [replace(importance, interval=None) for importance in found]


def _draw(axes: Any, one: Importance, place: float, height: float, look: Look) -> None:
    axes.barh(place, max(one.chance, 0.0), height=height, color="0.8")
    if len(one.shares) > 1:
        style: dict[str, Any] = {"linestyle": "", "marker": look.marker, "markersize": 3.5, "mew": 0.6}
        axes.plot(one.shares, [place] * len(one.shares), mfc="none", mec=look.color, **style)
    low, high = one.interval or (one.share, one.share)
    axes.plot([low, high], [place, place], color=look.color, marker="|" * bool(one.interval), markersize=8)
    axes.plot(one.share, place, color=look.color, marker=look.marker, markersize=6)
    if not one.informative:
        right = max(high, one.chance, *one.shares)
        axes.annotate(
            "not told from chance", (right, place), xytext=(8, 0), textcoords="offset points", va="center",
            size=9, color="0.3",
        )  # fmt: skip


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_importance": SearchImportance}
