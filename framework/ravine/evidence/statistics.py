"""Statistics: numbers of a search as a whole, for claims and figures.

They are computed from trials with their runs, ``study.searches[sampler, seed]``, and from the search's record
in the ledger, ``study.ledger.search``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import ClassVar

import numpy as np

from ravine.base.averages import mean, median
from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.evidence.importance import Importance, importances
from ravine.evidence.ranks import judged_trials, rank_correlations
from ravine.records.searches import SearchRecord
from ravine.records.trial import Tried, worth

__all__ = ["STATISTICS", "Estimate", "ImportanceOf", "Statistic", "optimism"]


def optimism(tried: Tried, search: SearchRecord) -> float:
    """Return how much better the validation objective of the chosen trial looks because it was chosen.

    It is the distance between validation and test objective of the chosen trial, minus the mean distance of all
    trials, which is there without choosing. If several trials are equally good, it is their mean. It is
    positive if the validation objective looks better.

    Parameters
    ----------
    tried, search
        A search whose objective is a metric of the validation examples; its runs have the same metric of the
        test examples.

    Raises
    ------
    ValueError
        If no trial has a value, or there is no test metric to compare with, or a distance is beyond the largest
        number.

    References
    ----------
    Cawley and Talbot 2010, On Over-fitting in Model Selection and Subsequent Selection Bias in Performance
    Evaluation; optimism is the word of Efron 1983, Estimating the Error Rate of a Prediction Rule.
    """
    objective, test = search.objective, _test_of(search)
    judged = judged_trials(tried)
    if not judged:
        raise ValueError("optimism takes a trial that is judged; there is none")
    if any(test not in run.final for _, runs in judged for run in runs):
        raise ValueError(f"optimism compares {objective} with {test}, which the runs have not: dataset.test")
    better = worth([trial for trial, _ in judged], maximize=search.maximize)
    new = np.array([mean(np.array([run.final[test] for run in runs])) for _, runs in judged])
    with np.errstate(over="ignore"):
        distance = better - new * (1 if search.maximize else -1)
    if not np.isfinite(distance).all():
        raise ValueError(f"the distance between {objective} and {test} is beyond the largest number")
    return mean(distance[better == better.max()]) - mean(distance)


def _test_of(search: SearchRecord) -> str:
    what, _, rest = search.objective.partition("_")
    if what != "validation":
        raise ValueError(f"optimism is of a metric of the validation examples; here is {search.objective}")
    return f"test_{rest}"


@dataclass(frozen=True)
class Estimate:
    """A statistic of one search.

    Parameters
    ----------
    value : float
        The number.
    n : int
        The number of trials that it rests on.
    interval : pair of float, or None
        Its 95 % interval over trials; None if these trials do not give one.
    """

    value: float
    n: int
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Statistic(Component, ABC):
    """A number of a search as a whole.

    Attributes
    ----------
    of_learning : bool
        Whether it makes sense for a sampler that learns, which tries some parts of the space more than others.
    """

    kind: ClassVar[str] = "statistic"
    of_learning: ClassVar[bool] = True

    @abstractmethod
    def measure(self, tried: Tried, search: SearchRecord) -> Estimate:
        """Return the number of one search that has ended.

        Raises
        ------
        ValueError
            If the search does not have it; it says what is missing.
        """

    def check(self, search: SearchRecord) -> None:
        """Refuse searches that cannot have this number, as far as their record shows.

        Raises
        ------
        ValueError
            If they cannot; it says why.
        """


@dataclass(frozen=True)
class ImportanceOf(Statistic):
    """The share of the variance of the trials' ranks that a setting explains: ``ravine.importances``.

    Parameters
    ----------
    of : str
        The setting, by its full key.
    """

    of_learning: ClassVar[bool] = False

    of: str

    def measure(self, tried: Tried, search: SearchRecord) -> Estimate:
        """Return the share."""
        found = self._found([tried], search)
        return Estimate(found.share, len(tried), found.interval)

    def check(self, search: SearchRecord) -> None:
        """Refuse searches of other settings."""
        if self.of not in search.keys:
            raise ValueError(f"of = {self.of}: it is not searched; there are {', '.join(search.keys)}")

    def chance(self, searches: Sequence[Tried], search: SearchRecord) -> float:
        """Return the value that the share stays below in 95 of 100 cases by chance."""
        return self._found(searches, search).chance

    def _found(self, searches: Sequence[Tried], search: SearchRecord) -> Importance:
        space, trials = (
            search.space,
            [[trial for trial, _ in each] for each in searches],
        )
        found = importances(space, *trials, maximize=search.maximize)
        return next(importance for importance in found if importance.key == self.of)


@dataclass(frozen=True)
class RankCorrelation(Statistic):
    """Spearman's correlation of trials early in their runs and at the end: ``ravine.rank_correlations``.

    Parameters
    ----------
    early : int
        The epoch; the step if runs are not counted in epochs.
    best : float
        The share of the trials that is compared, those that end best.
    """

    early: int
    best: float = 1.0

    def __post_init__(self) -> None:
        self.require(early="[1, inf)", best="(0, 1]")

    def measure(self, tried: Tried, search: SearchRecord) -> Estimate:
        found = rank_correlations(tried, search, best=self.best)
        at = found.at(self.early)
        return Estimate(float(found.rho[at]), len(found.end), (float(found.low[at]), float(found.high[at])))


@dataclass(frozen=True)
class Optimism(Statistic):
    """How much better the chosen trial's validation objective looks because it was chosen: ``ravine.optimism``.

    It has no interval over trials, because no resample has a better trial than the best; several searches are
    needed.
    """

    def measure(self, tried: Tried, search: SearchRecord) -> Estimate:
        return Estimate(optimism(tried, search), sum(trial.value is not None for trial, _ in tried))

    def check(self, search: SearchRecord) -> None:
        _test_of(search)


@dataclass(frozen=True)
class Gain(Statistic):
    """How much better the median objective of the last trials is than that of the first.

    A lost trial counts like the worst trial that has a value. The interval is that of the rank-sum test: if
    first and last trials are of one distribution, whichever it is, it leaves out 0 in 5 of 100 searches at
    most. With fewer than four trials in a part there is none: three and three lie in one order by chance in 10
    of 100. The last trials of a sampler that learns depend on this search; how another search would end is not
    in the interval.

    Parameters
    ----------
    parts : int
        The trials are divided, in their order, into so many parts; the first and the last are compared.

    References
    ----------
    Hodges and Lehmann 1963, Estimates of Location Based on Rank Tests; Hollander, Wolfe and Chicken 2014,
    Nonparametric Statistical Methods, section 4.3.
    """

    parts: int = 4

    def __post_init__(self) -> None:
        self.require(parts="[2, inf)")

    def measure(self, tried: Tried, search: SearchRecord) -> Estimate:
        values = worth([trial for trial, _ in tried], maximize=search.maximize)
        k = len(values) // self.parts
        if k < 2 or not np.isfinite(values).any():
            raise ValueError(f"gain takes two trials in each of {self.parts} parts, and one that is judged")
        values = np.maximum(values, values[np.isfinite(values)].min())
        first, last = values[:k], values[-k:]
        gain = median(last) - median(first)
        return Estimate(gain, 2 * k, _shift(first, last, gain))


def _shift(first: Array, last: Array, found: float) -> tuple[float, float] | None:
    """Return the 95 % interval of a shift between two samples of one size, widened to hold what was found."""
    k = len(first)
    spread = math.sqrt(k**2 * (2 * k + 1) / 12)
    # Without a correction for continuity: so it never cuts off more than the exact distribution allows.
    cut = math.floor(k**2 / 2 - NormalDist().inv_cdf(0.975) * spread)
    if cut < 1:
        return None
    with np.errstate(over="ignore"):
        shifts = np.sort((last[:, None] - first).ravel())
    return float(min(shifts[cut - 1], found)), float(max(shifts[-cut], found))


@dataclass(frozen=True)
class Shortfall(Statistic):
    """How much worse the best of fewer trials is expected to be than the best of all.

    The best of fewer is the mean over all ways to choose them, so it makes sense for a sampler that does not
    learn. A lost trial counts like the worst trial that has a value. There is no interval over trials, because
    no resample has a better trial than the best; several searches are needed.

    Parameters
    ----------
    trials : int
        How many fewer trials are.

    References
    ----------
    Dodge, Gururangan, Card, Schwartz and Smith 2019, Show Your Work: Improved Reporting of Experimental
    Results; without replacement: Tang, Lee, Xin, Liu, Yu and Lin 2020, Showing Your Work Doesn't Always Work.
    """

    of_learning: ClassVar[bool] = False

    trials: int

    def __post_init__(self) -> None:
        self.require(trials="[1, inf)")

    def measure(self, tried: Tried, search: SearchRecord) -> Estimate:
        values = np.sort(worth([trial for trial, _ in tried], maximize=search.maximize))
        n, k = len(values), self.trials
        if n < k or not np.isfinite(values).any():
            raise ValueError(
                f"shortfall takes {k} trials or more, and one that is judged; there are {n} trials"
            )
        values = np.maximum(values, values[np.isfinite(values)].min())
        # Of the trials in their order, the chance that the i-th is the best of k.
        chances = np.array([math.comb(i, k - 1) / math.comb(n, k) for i in range(n)])
        return Estimate(float(values[-1] - chances @ values), n)


@dataclass(frozen=True)
class Placed(Statistic):
    """The objective of the trial that is in a place when the best is first.

    A lost trial counts like the worst trial that has a value. It estimates a quantile of what trials come to,
    and the interval is that of this quantile whatever the distribution is: its ends are trials in other places.
    A place so near an end that no trial lies beyond it has none.

    Parameters
    ----------
    place : int
        The place, from 1.

    References
    ----------
    Thompson 1936, On Confidence Ranges for the Median and Other Expectation Distributions for Populations of
    Unknown Distribution Form; David and Nagaraja 2003, Order Statistics, section 7.1.
    """

    of_learning: ClassVar[bool] = False

    place: int

    def __post_init__(self) -> None:
        self.require(place="[1, inf)")

    def measure(self, tried: Tried, search: SearchRecord) -> Estimate:
        sign = 1 if search.maximize else -1
        values = np.sort(worth([trial for trial, _ in tried], maximize=search.maximize))[::-1]
        n, k = len(values), self.place
        if n < k or not np.isfinite(values).any():
            raise ValueError(f"placed takes {k} trials or more, and one that is judged; there are {n} trials")
        values = sign * np.maximum(values, values[np.isfinite(values)].min())
        best, worst = _places(k, n)
        if best < 1 or worst > n:
            return Estimate(float(values[k - 1]), n)
        ends = float(values[worst - 1]), float(values[best - 1])
        return Estimate(float(values[k - 1]), n, (min(ends), max(ends)))


def _places(k: int, n: int) -> tuple[int, int]:
    """Return the places of n around the k-th that hold its quantile in 95 of 100 cases; 0 or n + 1 for none."""
    # So many of the trials are better than the quantile.
    share = k / (n + 1)
    chances = np.array([math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(n + 1)])
    best = int(np.searchsorted(np.cumsum(chances), 0.025, side="right"))
    worst = n + 1 - int(np.searchsorted(np.cumsum(chances[::-1]), 0.025, side="right"))
    return best, worst


STATISTICS: dict[str, type[Statistic]] = {
    "gain": Gain,
    "importance": ImportanceOf,
    "optimism": Optimism,
    "placed": Placed,
    "rank_correlation": RankCorrelation,
    "shortfall": Shortfall,
}
