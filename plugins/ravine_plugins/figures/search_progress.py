"""How good the best trial is by the number of trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Study, Trial, hookimpl, registry

from ravine_plugins.figures._search import best_so_far, described, expected_best, sampler_looks, worth
from ravine_plugins.figures._style import band, explain, legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_RESAMPLES = 1000


@dataclass(frozen=True)
class SearchProgress(Figure):
    """Search, progress: the best objective by the number of trials.

    Of one search, the best so far, a point a trial, and, of a sampler that does not learn, the expected best of
    so many trials with its 95 % bootstrap interval. Of several with one sampler, the median of their best so
    far with a band from lowest to highest.

    Parameters
    ----------
    y_limits : tuple of float, optional
        Of the vertical axis.

    Notes
    -----
    The order of trials is chance where a sampler does not learn; the expected best has all orders in it.
    Towards the last trial its interval is too narrow, for no resample has a better trial than the best.
    """

    y_limits: tuple[float, float] | None = None

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.ticker import MaxNLocator

        search = described(study, "search_progress")
        maximize = bool(search["maximize"])
        picture = Picture(figsize=(7, 3.8), layout="constrained")
        axes = picture.add_subplot()
        handles: list[Any] = []
        alone = len(study.searches) == 1
        for name, look in sampler_looks(study).items():
            searches = [
                [t for t, _ in tried] for (sampler, _), tried in study.searches.items() if sampler == name
            ]
            middle, low, high = band([best_so_far(trials, maximize=maximize) for trials in searches])
            x = np.arange(1, len(middle) + 1)
            style: dict[str, Any] = {"color": look.color, "linestyle": look.dashes, "linewidth": 1.5}
            axes.step(x, middle, where="post", **style)
            label = f"{name}: best so far" if alone else name
            handles.append(Line2D([], [], label=label, **style))
            if alone:
                handles += _draw_one(axes, searches[0], maximize=maximize, expected=not _learns(name))
            else:
                axes.fill_between(x, low, high, step="post", color=look.color, alpha=0.13, linewidth=0)
        if not alone:
            counts = {name: sum(s == name for s, _ in study.searches) for name in sampler_looks(study)}
            seeds = sorted(set(counts.values()))
            many = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
            explain(axes, f"median of {many} searches each, band from lowest to highest")
        axes.set_xlim(1, max(len(tried) for tried in study.searches.values()))
        if self.y_limits:
            axes.set_ylim(*self.y_limits)
        axes.set_xlabel("trials")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel(f"{search['objective'].replace('_', ' ')} of the best")
        tidy(axes)
        legend(picture, handles)
        return picture


def _learns(sampler: str) -> bool:
    return bool(registry.load().get("sampler", sampler).learns)


def _draw_one(axes: Any, trials: list[Trial], *, maximize: bool, expected: bool) -> list[Any]:
    """Draw the trials of one search, and what to expect of fewer; return handles for the legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    judged = [(i + 1, trial.value) for i, trial in enumerate(trials) if trial.value is not None]
    axes.plot(*zip(*judged, strict=True), color="0.6", marker="o", markersize=2.5, linestyle="")
    handles: list[Any] = [Line2D([], [], color="0.6", marker="o", markersize=2.5, linestyle="", label="trials")]
    if not expected:
        return handles
    values = worth(trials, maximize=maximize)
    values = np.where(np.isfinite(values), values, values[np.isfinite(values)].min())  # lost: like the worst
    sign = 1 if maximize else -1
    middle, (low, high) = expected_best(values), _interval(values)
    x = np.arange(1, len(values) + 1)
    color = "#0072B2"
    axes.fill_between(x, sign * low, sign * high, color=color, alpha=0.18, linewidth=0)
    axes.plot(x, sign * middle, color=color, linestyle="--", linewidth=1.5)
    return [
        *handles,
        Line2D([], [], color=color, linestyle="--", label="expected best"),
        Patch(color=color, alpha=0.18, label="95 % interval"),
    ]


def _interval(values: Array) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    drawn = expected_best(rng.choice(values, size=(_RESAMPLES, len(values))))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return low, high


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_progress": SearchProgress}
