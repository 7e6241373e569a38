"""Statistics: numbers of a search as a whole, which claims judge and figures show.

Trials are given with their runs, ``study.searches[sampler, seed]``, and the search as the ledger has it,
``study.ledger.search``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from ravine.component import Array, Component
from ravine.importance import Importance, importances, mean_ranks
from ravine.recording import Run
from ravine.sampler import Trial, worth
from ravine.space import Space

__all__ = [
    "STATISTICS",
    "Estimate",
    "ImportanceOf",
    "RankCorrelations",
    "Statistic",
    "Tried",
    "optimism",
    "rank_correlations",
]

Tried: TypeAlias = Sequence[tuple[Trial, Sequence[Run]]]
"""The trials of a search in their order, each with its runs."""

_RESAMPLES = 1000
_FEWEST = 8


# ---- rank correlations ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RankCorrelations:
    """How well the order of trials early agrees with that at the end.

    Parameters
    ----------
    unit : "epoch" or "step"
        What runs are counted in.
    x : (t,) array
        At which of these all runs were judged, from the first update on, ascending.
    early : (n, t) array
        The objective of each trial there.
    end : (n,) array
        The objective of each trial at the end of its runs.
    rho, low, high : (t,) arrays
        Spearman's correlation with the end, and its 95 % bootstrap interval over trials.
    """

    unit: str
    x: Array
    early: Array
    end: Array
    rho: Array
    low: Array
    high: Array

    def at(self, when: float) -> int:
        """Return the place of an epoch, or step, in ``x``.

        Raises
        ------
        ValueError
            If the runs were not judged there.
        """
        if when not in self.x:
            known = ", ".join(f"{x:g}" for x in self.x[:8]) + " …" * (len(self.x) > 8)
            raise ValueError(f"early = {when:g}: all runs are judged at {self.unit} {known}: one of these")
        return int(np.flatnonzero(self.x == when)[0])


def rank_correlations(tried: Tried, search: Mapping[str, Any], *, best: float = 1.0) -> RankCorrelations:
    """Return the correlation of the ranks of trials early and at the end.

    Parameters
    ----------
    tried, search
        Of which those that are judged count.
    best : float
        Share of the trials that is looked at, those that end best. Each resample chooses its own, so that the
        interval has the chance of that choice in it; of equal trials the first are taken.

    Raises
    ------
    ValueError
        If there are fewer than eight, or there is no epoch at which all of their runs were judged.

    References
    ----------
    Spearman 1904, The Proof and Measurement of Association between Two Things; equal values share their mean
    rank, and where all are equal it is 0.
    """
    judged = _judged(tried)
    if len(judged) < _FEWEST:
        raise ValueError(f"a rank correlation takes {_FEWEST} judged trials or more; there are {len(judged)}")
    unit, x, early = _aligned([runs for _, runs in judged], search["objective"])
    end = np.array([trial.value for trial, _ in judged])
    better = worth([trial for trial, _ in judged], maximize=search["maximize"])
    k = len(judged) if best == 1 else max(round(best * len(judged)), 4)

    n = len(judged)
    first = (-better).argsort(kind="stable")

    def of_best(counts: Array) -> Array:
        """Return how often each trial is among the k best of a sample."""
        before = np.cumsum(counts[:, first], axis=1) - counts[:, first]
        among = np.empty_like(counts)
        among[:, first] = np.clip(k - before, 0, counts[:, first])
        return among

    once = of_best(np.ones((1, n)))
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES).astype(float)
    low, high = np.quantile(_spearman(early, end, of_best(drawn)), [0.025, 0.975], axis=0)
    kept = once[0] > 0
    return RankCorrelations(unit, x, early[kept], end[kept], _spearman(early, end, once)[0], low, high)


def _judged(tried: Tried) -> Tried:
    """Return the trials that are judged, all with their runs."""
    judged = [(trial, runs) for trial, runs in tried if trial.value is not None]
    if lacking := [str(trial.number) for trial, runs in judged if not runs]:
        raise ValueError(f"runs of trials made elsewhere are not in this folder: {', '.join(lacking)}")
    return judged


def _aligned(trials: Sequence[Sequence[Run]], objective: str) -> tuple[str, Array, Array]:
    """Return what runs are counted in, where all were judged, and the trials' mean objective there."""
    runs = [run for of_trial in trials for run in of_trial]
    counted = {bool(run.config["training"].get("epochs")) for run in runs}
    key = f"evaluation.{objective}"
    places = {id(run): _places(run, in_epochs=counted == {True}) for run in runs}
    common = sorted(set.intersection(*(set(each.tolist()) for each in places.values())) - {0.0})
    if len(counted) == 2 or not common:
        raise ValueError(
            "there is no epoch at which all trials were judged before their end: training.evaluate_every"
        )
    x = np.array(common)
    values = [
        np.mean([run.arrays[key][np.searchsorted(places[id(run)], x)] for run in of_trial], axis=0)
        for of_trial in trials
    ]
    return "epoch" if counted == {True} else "step", x, np.array(values)


def _places(run: Run, *, in_epochs: bool) -> Array:
    """Return where a run was judged, in its own epochs, of which a batch's size makes longer or shorter."""
    steps = run.arrays["evaluation.step"].astype(float)
    places: Array = np.round(steps * run.config["training"]["epochs"] / run.step, 6) if in_epochs else steps
    return places


def _spearman(early: Array, end: Array, counts: Array) -> Array:
    """Return Spearman's correlation of every column of ``early`` with the end, (r, t).

    Parameters
    ----------
    early, end : (n, t) and (n,) arrays
        Values of the trials.
    counts : (r, n) array
        How often each trial is there, in each of r samples.
    """
    n = counts.sum(1, keepdims=True)

    def centred(values: Array) -> Array:
        ranks = mean_ranks(values, counts)
        ranks -= (counts * ranks).sum(1, keepdims=True) / n
        return ranks

    last = centred(end)
    columns = []
    for values in early.T:
        ranks = centred(values)
        product = np.sqrt((counts * ranks**2).sum(1) * (counts * last**2).sum(1))
        both = (counts * ranks * last).sum(1)
        columns.append(np.divide(both, product, out=np.zeros_like(product), where=product > 1e-9))
    rho: Array = np.stack(columns, axis=1)
    return rho


# ---- what choosing adds --------------------------------------------------------------------------------------


def optimism(tried: Tried, search: Mapping[str, Any]) -> float:
    """Return by how much choosing raises the validation objective of what is chosen above its test objective.

    That is the distance of the two for the trial that is chosen, less the mean distance of all judged trials,
    which is there without choosing. Of trials that are equally good, the mean; positive where the validation
    objective looks better.

    Parameters
    ----------
    tried, search
        A search that judges a metric of the validation examples, whose runs have the same of test examples.

    Raises
    ------
    ValueError
        If there is no judged trial, or nothing to compare with.

    References
    ----------
    Cawley and Talbot 2010, On Over-fitting in Model Selection and Subsequent Selection Bias in Performance
    Evaluation; optimism is the word of Efron 1983, Estimating the Error Rate of a Prediction Rule.
    """
    objective, test = search["objective"], _test_of(search)
    judged = _judged(tried)
    if not judged:
        raise ValueError("optimism takes a trial that is judged; there is none")
    if any(test not in run.final for _, runs in judged for run in runs):
        raise ValueError(f"optimism compares {objective} with {test}, which the runs have not: dataset.test")
    better = worth([trial for trial, _ in judged], maximize=search["maximize"])
    new = np.array([np.mean([run.final[test] for run in runs]) for _, runs in judged])
    distance = better - new * (1 if search["maximize"] else -1)
    return float(distance[better == better.max()].mean() - distance.mean())


def _test_of(search: Mapping[str, Any]) -> str:
    what, _, rest = str(search["objective"]).partition("_")
    if what != "validation":
        raise ValueError(f"optimism is of a metric of the validation examples; here is {search['objective']}")
    return f"test_{rest}"


# ---- for claims ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """A statistic of one search.

    Parameters
    ----------
    value : float
        The number.
    n : int
        Trials that it rests on.
    interval : pair of float, or None
        Its 95 % bootstrap interval over trials; None where resampled trials do not give one.
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
        Whether it can be of a sampler that learns, which tries some of the space more than the rest.
    """

    kind: ClassVar[str] = "statistic"
    of_learning: ClassVar[bool] = True

    @abstractmethod
    def measure(self, tried: Tried, search: Mapping[str, Any]) -> Estimate:
        """Return the number of one search that has ended.

        Raises
        ------
        ValueError
            If it has none: what it lacks.
        """

    def check(self, search: Mapping[str, Any]) -> None:
        """Refuse searches that will have no such number, as far as their description tells.

        Raises
        ------
        ValueError
            Saying why.
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

    def measure(self, tried: Tried, search: Mapping[str, Any]) -> Estimate:
        """Return the share."""
        found = self._found([tried], search)
        return Estimate(found.share, len(tried), found.interval)

    def check(self, search: Mapping[str, Any]) -> None:
        """Refuse searches of other settings."""
        if self.of not in search["space"]:
            raise ValueError(f"of = {self.of}: it is not searched; there are {', '.join(search['space'])}")

    def chance(self, searches: Sequence[Tried], search: Mapping[str, Any]) -> float:
        """Return what the share stays below in 95 of 100 cases by chance."""
        return self._found(searches, search).chance

    def _found(self, searches: Sequence[Tried], search: Mapping[str, Any]) -> Importance:
        space, trials = (
            Space.from_description(search["space"]),
            [[trial for trial, _ in each] for each in searches],
        )
        found = importances(space, *trials, maximize=search["maximize"])
        return next(one for one in found if one.key == self.of)


@dataclass(frozen=True)
class RankCorrelation(Statistic):
    """Spearman's correlation of trials early and at the end: ``ravine.rank_correlations``.

    Parameters
    ----------
    early : int
        The epoch; the step, where runs are not counted in epochs.
    best : float
        Share of the trials that is looked at, those that end best.
    """

    early: int
    best: float = 1.0

    def __post_init__(self) -> None:
        self.require(early="[1, inf)", best="(0, 1]")

    def measure(self, tried: Tried, search: Mapping[str, Any]) -> Estimate:
        found = rank_correlations(tried, search, best=self.best)
        at = found.at(self.early)
        return Estimate(float(found.rho[at]), len(found.end), (float(found.low[at]), float(found.high[at])))


@dataclass(frozen=True)
class Optimism(Statistic):
    """By how much choosing raises the validation objective of what is chosen: ``ravine.optimism``.

    It has no interval over trials, for no resample has a better trial than the best: it takes several searches.
    """

    def measure(self, tried: Tried, search: Mapping[str, Any]) -> Estimate:
        return Estimate(optimism(tried, search), sum(trial.value is not None for trial, _ in tried))

    def check(self, search: Mapping[str, Any]) -> None:
        _test_of(search)


@dataclass(frozen=True)
class Gain(Statistic):
    """By how much the median objective of the last trials is better than that of the first.

    Trials that are lost count like the worst that is judged. The interval resamples the first trials and the
    last; of a sampler that learns, the last are where this search has come to, and where others would is not in
    it.

    Parameters
    ----------
    parts : int
        Into how many parts trials are divided in their order, the first and the last of which are compared.
    """

    parts: int = 4

    def __post_init__(self) -> None:
        self.require(parts="[2, inf)")

    def measure(self, tried: Tried, search: Mapping[str, Any]) -> Estimate:
        values = worth([trial for trial, _ in tried], maximize=search["maximize"])
        k = len(values) // self.parts
        if k < 2 or not np.isfinite(values).any():
            raise ValueError(f"gain takes two trials in each of {self.parts} parts, and one that is judged")
        values = np.maximum(values, values[np.isfinite(values)].min())
        rng = np.random.default_rng(0)
        first, last = values[:k], values[-k:]
        drawn = [np.median(rng.choice(part, size=(_RESAMPLES, k)), axis=1) for part in (first, last)]
        low, high = np.quantile(drawn[1] - drawn[0], [0.025, 0.975])
        return Estimate(float(np.median(last) - np.median(first)), 2 * k, (float(low), float(high)))


STATISTICS: dict[str, type[Statistic]] = {
    "gain": Gain,
    "importance": ImportanceOf,
    "optimism": Optimism,
    "rank_correlation": RankCorrelation,
}
