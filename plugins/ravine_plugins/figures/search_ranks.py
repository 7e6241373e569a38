"""Whether the order of trials shows early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Figure, Run, Study, hookimpl

from ravine_plugins.figures._accuracy import unit
from ravine_plugins.figures._search import described, worth
from ravine_plugins.figures._style import explain, legend, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_RESAMPLES = 1000
_LEAST = 8


@dataclass(frozen=True)
class SearchRanks(Figure):
    """Search, ranks: the objective early and at the end, a point a trial, and how well the orders agree.

    Spearman's rank correlation with the end, at every evaluation, with its 95 % bootstrap interval over trials:
    of all trials that are judged, and of the quarter that ends best.

    Parameters
    ----------
    early : int
        The epoch of the left panel; the step, where runs are not counted in epochs.

    References
    ----------
    Spearman 1904, The Proof and Measurement of Association between Two Things; equal values share their mean
    rank.
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
        judged = [(trial, runs) for trial, runs in study.tried if trial.value is not None]
        if len(judged) < _LEAST:
            raise ValueError(f"search_ranks takes {_LEAST} judged trials or more; there are {len(judged)}")
        key = f"evaluation.{search['objective']}"
        what, length = unit([run for _, runs in judged for run in runs])
        steps = judged[0][1][0].arrays["evaluation.step"]
        curves = np.array([_mean(runs, key, len(steps)) for _, runs in judged])
        at = int(np.abs(steps / length - self.early).argmin())
        best = (-worth([trial for trial, _ in judged], maximize=search["maximize"])).argsort(kind="stable")
        quarter = np.sort(best[: max(len(judged) // 4, 4)])

        name = search["objective"].replace("_", " ")
        picture = Picture(figsize=(8.5, 3.8), layout="constrained")
        left, right = picture.subplots(1, 2)
        left.plot(curves[:, at], curves[:, -1], "o", markersize=4.5, mfc="none", mec="#000000", mew=0.8)
        left.plot(curves[quarter, at], curves[quarter, -1], "s", markersize=5, color="#0072B2")
        left.set_xlabel(f"{name}, {what} {steps[at] / length:g}")
        left.set_ylabel(f"{name} at the end")
        handles = []
        for rows, color, marker, dashes, words in (
            (np.arange(len(judged)), "#000000", "o", "-", f"all {len(judged)} trials that ended"),
            (quarter, "#0072B2", "s", "--", f"the best {len(quarter)} at the end"),
        ):
            middle, low, high = _correlations(curves[rows])
            right.fill_between(steps[1:] / length, low[1:], high[1:], color=color, alpha=0.15, linewidth=0)
            style: dict[str, Any] = {"color": color, "linestyle": dashes, "linewidth": 1.5}
            right.plot(steps[1:] / length, middle[1:], **style)
            face = "none" if marker == "o" else color
            handles.append(Line2D([], [], label=words, marker=marker, markersize=5, mfc=face, **style))
            panel, who = (left, "all") if color == "#000000" else (right, "best")
            rho = f"ρ = {middle[at]:.2f} ({low[at]:.2f} to {high[at]:.2f})"
            explain(panel, f"{who}, {what} {steps[at] / length:g}: {rho}")
        right.set_xlim(left=0)
        right.set_ylim(min(right.get_ylim()[0], 0), 1.02)
        right.set_xlabel(what)
        right.set_ylabel("rank correlation with the end")
        tidy(left)
        tidy(right)
        legend(picture, handles, above=2)
        return picture


def _mean(runs: Sequence[Run], key: str, n: int) -> Array:
    mean: Array = np.mean([run.arrays[key][:n] for run in runs], axis=0)
    return mean


def _correlations(curves: Array) -> tuple[Array, Array, Array]:
    """Return the rank correlation of every column with the last one, and its interval."""
    rng = np.random.default_rng(0)
    drawn = [spearman(curves[rng.integers(len(curves), size=len(curves))]) for _ in range(_RESAMPLES)]
    low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0)
    return spearman(curves), low, high


def spearman(curves: Array) -> Array:
    """Return Spearman's correlation of every column with the last; 0 where all values of one are equal."""
    below = (curves[:, None] > curves[None]).sum(1)
    equal = (curves[:, None] == curves[None]).sum(1)
    ranks = below + (equal - 1) / 2
    ranks -= ranks.mean(0)
    norms = np.sqrt((ranks**2).sum(0))
    product = norms * norms[-1]
    return np.divide(ranks.T @ ranks[:, -1], product, out=np.zeros_like(product), where=product > 0)


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"search_ranks": SearchRanks}
