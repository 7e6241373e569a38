"""The best trial's value by the number of trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Study, Trial, hookimpl, registry, worth

from ravine_plugins.figures._search import (
    best_so_far,
    described,
    expected_best,
    learners,
    sampler_looks,
    trials_of,
)
from ravine_plugins.figures._style import band, explain, legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_RESAMPLES = 1000
_EXPECTED = "#0072B2"


@dataclass(frozen=True)
class SearchProgress(Figure):
    """Search, progress: the best objective by the number of trials.

    For one search, the best so far, and a point for each trial. If its sampler does not learn, also the
    expected best of this many trials, with its 95 % bootstrap interval if trials are independent draws. For
    several searches with the same sampler, the median of the best so far with a band from lowest to highest,
    and the median of the expected best.

    Parameters
    ----------
    y_limits : tuple of float, optional
        Limits of the vertical axis.

    Notes
    -----
    If a sampler does not learn, the order of its trials is random; the expected best is the mean over all
    orders. Lost trials count like the worst trial with a value. Towards the last trial the interval is too
    narrow, because no resample has a better trial than the best.
    """

    y_limits: tuple[float, float] | None = None

    def needs(self) -> tuple[str, ...]:
        return ("search",)

    def draw(self, study: Study) -> Picture:
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.ticker import MaxNLocator

        search = described(study, "search_progress")
        maximize = search.maximize
        picture = Picture(figsize=(7, 3.8), layout="constrained")
        axes = picture.add_subplot()
        handles: list[Any] = []
        alone = len(study.searches) == 1
        learn = learners(search)
        for name, look in sampler_looks(study).items():
            searches = trials_of(study, name)
            middle, low, high = band([best_so_far(trials, maximize=maximize) for trials in searches])
            x = np.arange(1, len(middle) + 1)
            style: dict[str, Any] = {"color": look.color, "linestyle": look.dashes, "linewidth": 1.5}
            axes.step(x, middle, where="post", **style)
            handles.append(Line2D([], [], label=f"{name}: best so far", **style))
            if alone:
                handles += _draw_trials(axes, searches[0])
            else:
                axes.fill_between(x, low, high, step="post", color=look.color, alpha=0.13, linewidth=0)
            if name in learn:
                continue
            values = [_values(trials, maximize=maximize) for trials in searches]
            middle, _, _ = band([expected_best(of_search) * (1 if maximize else -1) for of_search in values])
            apart = max(len(middle) // 7, 1)
            style = {"color": _EXPECTED if alone else look.color, "linestyle": (0, (1, 1)), "linewidth": 1.2}
            style |= {"marker": look.marker, "markersize": 4, "markerfacecolor": "white"}
            axes.plot(x, middle, markevery=(apart // 2, apart), **style)
            handles.append(Line2D([], [], label=f"{name}: expected best", **style))
            if alone and registry.load().get("sampler", name).independent:
                handles.append(_draw_interval(axes, values[0], maximize=maximize))
        if not alone:
            counts = {len(trials_of(study, name)) for name in sampler_looks(study)}
            few, many = min(counts), max(counts)
            each = f"{many}" if few == many else f"{few} to {many}"
            explain(
                axes,
                "one search each"
                if many == 1
                else f"medians of {each} searches each, band from lowest to highest",
            )
        axes.set_xlim(0.5, max(len(tried) for tried in study.searches.values()) + 0.5)
        if self.y_limits:
            axes.set_ylim(*self.y_limits)
        axes.set_xlabel("trials")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel(f"{search.objective.replace('_', ' ')} of the best")
        tidy(axes)
        legend(picture, handles)
        return picture


def _draw_trials(axes: Any, trials: list[Trial]) -> list[Any]:
    from matplotlib.lines import Line2D

    scored = [(i + 1, trial.value) for i, trial in enumerate(trials) if trial.value is not None]
    style: dict[str, Any] = {"color": "0.6", "marker": "o", "markersize": 2.5, "linestyle": ""}
    axes.plot(*zip(*scored, strict=True), **style)
    return [Line2D([], [], label="trials", **style)]


def _draw_interval(axes: Any, values: Array, *, maximize: bool) -> Any:
    """Draw the interval of the expected best of one search, and return its entry in the legend."""
    from matplotlib.patches import Patch

    rng = np.random.default_rng(0)
    drawn = expected_best(rng.choice(values, size=(_RESAMPLES, len(values)))) * (1 if maximize else -1)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    style: dict[str, Any] = {"color": _EXPECTED, "alpha": 0.18, "linewidth": 0}
    axes.fill_between(np.arange(1, len(values) + 1), low, high, **style)
    return Patch(label="its 95 % interval", **style)


def _values(trials: list[Trial], *, maximize: bool) -> Array:
    """Return values with a sign that makes the higher ones better; lost trials get the worst value."""
    values = worth(trials, maximize=maximize)
    return np.maximum(values, min(values[np.isfinite(values)], default=-np.inf))


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_progress": SearchProgress}
