"""Ranks: how well the order of trials early in their runs agrees with their order at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ravine.base.averages import restored, scaled
from ravine.base.types import Array
from ravine.records.run import Run
from ravine.records.searches import SearchRecord
from ravine.records.trial import Tried, worth

__all__ = [
    "RankCorrelations",
    "judged_trials",
    "mean_ranks",
    "rank_correlations",
]


_RESAMPLES = 1000

FEWEST = 8
"""So many trials are needed to say what their ranks depend on."""


@dataclass(frozen=True)
class RankCorrelations:
    """How well the order of trials early in their runs agrees with their order at the end.

    Parameters
    ----------
    unit : "epoch" or "step"
        What runs are counted in.
    x : (t,) array
        The epochs or steps after the start at which all runs were evaluated, ascending.
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
        """Return the index of an epoch, or step, in ``x``.

        Raises
        ------
        ValueError
            If the runs were not evaluated there.
        """
        if when not in self.x:
            known = ", ".join(f"{x:g}" for x in self.x[:8]) + " …" * (len(self.x) > 8)
            raise ValueError(f"early = {when:g}: all runs are judged at {self.unit} {known}: one of these")
        return int(np.flatnonzero(self.x == when)[0])


def rank_correlations(tried: Tried, search: SearchRecord, *, best: float = 1.0) -> RankCorrelations:
    """Return the correlation of the ranks of trials early and at the end.

    Parameters
    ----------
    tried, search
        The trials and their search; only trials that have a value count.
    best : float
        The share of the trials that is compared, those that end best. Each resample chooses its own best
        trials, so the interval includes the chance in that choice. Of equal trials the first are taken.

    Raises
    ------
    ValueError
        If there are fewer than eight, or there is no epoch at which all of their runs were evaluated.

    References
    ----------
    Spearman 1904, The Proof and Measurement of Association between Two Things; equal values share their mean
    rank, and if all are equal the correlation is 0.
    """
    judged = judged_trials(tried)
    if len(judged) < FEWEST:
        raise ValueError(f"a rank correlation takes {FEWEST} judged trials or more; there are {len(judged)}")
    unit, x, early = _aligned([runs for _, runs in judged], search.objective)
    end = np.array([trial.value for trial, _ in judged])
    better = worth([trial for trial, _ in judged], maximize=search.maximize)
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


def judged_trials(tried: Tried) -> Tried:
    """Return the trials that have a value; all of them have their runs here."""
    judged = [(trial, runs) for trial, runs in tried if trial.value is not None]
    if lacking := [str(trial.number) for trial, runs in judged if not runs]:
        raise ValueError(f"runs of trials made elsewhere are not in this folder: {', '.join(lacking)}")
    return judged


def _aligned(trials: Sequence[Sequence[Run]], objective: str) -> tuple[str, Array, Array]:
    """Return the unit of runs, the points at which all were evaluated, and the trials' mean objective there."""
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
    values = []
    for of_trial in trials:
        of_runs = [run.arrays[key][np.searchsorted(places[id(run)], x)] for run in of_trial]
        small, exponent = scaled(np.array(of_runs))
        values.append(restored(small.mean(axis=0), exponent))
    return "epoch" if counted == {True} else "step", x, np.array(values)


def _places(run: Run, *, in_epochs: bool) -> Array:
    """Return where a run was evaluated, in steps or in its own epochs, whose length depends on the batch."""
    steps = run.arrays["evaluation.step"].astype(float)
    places: Array = np.round(steps * run.config["training"]["epochs"] / run.budget, 6) if in_epochs else steps
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


def mean_ranks(values: Array, counts: Array) -> Array:
    """Return ranks from 0, equal values sharing the mean of theirs.

    Parameters
    ----------
    values : (n,) array
        The values to rank.
    counts : (r, n) array
        How often each value is there, in each of r samples.

    Returns
    -------
    (r, n) array
        The rank of each value in each sample; without meaning for a value that the sample does not have.
    """
    distinct, which = np.unique(values, return_inverse=True)
    of_each = counts @ (which[:, None] == np.arange(len(distinct)))  # (r, distinct)
    ranks: Array = (np.cumsum(of_each, axis=1) - (of_each + 1) / 2)[:, which]
    return ranks
