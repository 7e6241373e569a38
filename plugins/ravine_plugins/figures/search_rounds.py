"""How a space is narrowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Choice, Dimension, Figure, Study, Trial, hookimpl, ranked

from ravine_plugins.figures._search import described
from ravine_plugins.figures._style import explain, in_words, legend, tidy
from ravine_plugins.samplers.narrowing import Narrowing

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class SearchRounds(Figure):
    """Search, rounds: the trials of a narrowing search, and the space of each round, with the reasons for it.

    There is a panel for each setting. Filled points are the best trials of a round; the next round's space is
    made from them.

    Parameters
    ----------
    seed : int
        The seed of the search to draw, because a study may have several.
    """

    seed: int = 0

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch
        from matplotlib.ticker import MaxNLocator

        search = described(study, "search_rounds")
        searches = {seed: tried for (sampler, seed), tried in study.searches.items() if sampler == "narrowing"}
        if self.seed not in searches:
            seeds = ", ".join(map(str, searches))
            found = f"there are those of seed {seeds}, not {self.seed}" if searches else "there is none"
            raise ValueError(f"search_rounds shows a search with sampler=narrowing; {found}")
        trials = [trial for trial, _ in searches[self.seed]]
        sampler = Narrowing(**search.samplers["narrowing"])
        space = search.space
        rounds = sampler.rounds(space, trials, maximize=search.maximize)
        reasons = [why for _, why in rounds if why]
        lines = [
            f"after round {i}, {in_words(key, study)}: {text}"
            for i, why in enumerate(reasons, 1)
            for key, text in why.items()
        ]
        picture = Picture(figsize=(8, 2.3 * len(space) + 0.2 * len(lines) + 0.6), layout="constrained")
        panels = picture.subplots(len(space), 1, squeeze=False, sharex=True)
        best = _best(trials, sampler, maximize=search.maximize)
        for row, (panel, one) in enumerate(zip(panels.flat, space.dimensions, strict=True)):
            panel.set_yscale("log" if getattr(one, "log", False) else "linear")
            if isinstance(one, Choice):
                panel.set_yticks([one.share(value) for value in one.values], [str(v) for v in one.values])
            for i, (narrowed, _) in enumerate(rounds):
                first = i * sampler.trials
                if first < len(trials):
                    last = min(first + sampler.trials, len(trials))
                    _draw_space(panel, one, narrowed.dimensions[row], first + 0.5, last + 0.5)
            for among, fill in ((best, "#000000"), ([t for t in trials if t not in best], "white")):
                panel.plot(
                    [t.number + 1 for t in among], [_height(one, t) for t in among], linestyle="", marker="o",
                    markersize=4.5, mfc=fill, mec="#000000", mew=0.8,
                )  # fmt: skip
            panel.set_ylabel(in_words(one.key, study), parse_math=False)
            tidy(panel)
        if len(searches) > 1:
            explain(panels.flat[0], f"the search with seed {self.seed}, one of {len(searches)}")
        panels.flat[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
        panels.flat[-1].set_xlim(0.5, len(trials) + 0.5)
        panels.flat[-1].set_xlabel("trial\n\n" + "\n".join(lines), loc="left", size=8.5, parse_math=False)
        dot: dict[str, Any] = {"mec": "#000000", "marker": "o", "markersize": 4.5, "linestyle": ""}
        handles = [
            Line2D([], [], mfc="#000000", label=f"best {sampler.best} of a round", **dot),
            Line2D([], [], mfc="white", label="other trials", **dot),
            Patch(color="#56B4E9", alpha=0.35, label="space of the round"),
        ]  # fmt: skip
        legend(picture, handles, above=3)
        return picture


def _best(trials: list[Trial], sampler: Narrowing, *, maximize: bool) -> list[Trial]:
    rounds = (trials[first : first + sampler.trials] for first in range(0, len(trials), sampler.trials))
    return [trial for each in rounds for trial in ranked(each, maximize=maximize)[: sampler.best]]


def _height(one: Dimension, trial: Trial) -> Any:
    value = trial.point[one.key]
    return one.share(value) if isinstance(one, Choice) else value


def _draw_space(panel: Any, whole: Dimension, one: Any, first: float, last: float) -> None:
    """Shade a round's values of one setting."""
    style: dict[str, Any] = {"color": "#56B4E9", "alpha": 0.35, "linewidth": 0}
    if isinstance(one, Choice):
        half = 0.4 / len(whole.values) if isinstance(whole, Choice) else 0.0
        for value in one.values:
            middle = whole.share(value) if isinstance(whole, Choice) else float(value)
            panel.fill_between([first, last], middle - half, middle + half, **style)
    else:
        panel.fill_between([first, last], one.low, one.high, **style)
    panel.plot(
        np.array([last, last]), [0, 1], transform=panel.get_xaxis_transform(), color="0.8", linewidth=0.8
    )


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_rounds": SearchRounds}
