"""Importance: how much of what trials came to is due to one setting alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ravine.component import Array
from ravine.sampler import Trial
from ravine.space import Choice, Dimension, Space

__all__ = ["Importance", "importances"]

_RESAMPLES = 1000
_MOST, _LEAST = 5, 6  # parts that a dimension is cut into, and trials that each part has at least


@dataclass(frozen=True)
class Importance:
    """What one setting explains.

    Parameters
    ----------
    key : str
        The setting.
    share : float
        Of the variance of the trials' ranks, the share that differences between parts of the dimension explain,
        corrected for the number of parts: about 0 where it explains nothing, 1 where it explains all.
    low, high : float
        Its 95 % bootstrap interval over trials.
    chance : float
        The share that 95 in 100 permutations of the trials stay below.
    """

    key: str
    share: float
    low: float
    high: float
    chance: float

    @property
    def informative(self) -> bool:
        """Whether it explains more than chance alone would."""
        return self.share > self.chance


def importances(space: Space, trials: Sequence[Trial], *, maximize: bool) -> list[Importance]:
    """Return the importance of every dimension; trials that are running are left out, lost ones rank last.

    Parameters
    ----------
    space : Space
        Where the trials lie.
    trials : sequence of Trial
        Eight or more that have ended.
    maximize : bool
        Whether a higher objective is better.

    Raises
    ------
    ValueError
        If fewer have ended.

    References
    ----------
    The share is ε² of Kruskal and Wallis 1952, Use of Ranks in One-Criterion Variance Analysis, over parts of
    the dimension with as many trials each (Kelley 1935, An Unbiased Correlation Ratio Measure). The interval is
    the basic bootstrap's: Davison and Hinkley 1997, Bootstrap Methods and their Application, equation 5.6.

    Notes
    -----
    A setting that matters only together with another one explains little alone.
    """
    ended = [trial for trial in trials if trial.state != "running"]
    if len(ended) < _FEWEST:
        raise ValueError(f"importance takes {_FEWEST} trials or more that have ended; there are {len(ended)}")
    ranks = _ranks(np.array([_worth(trial, maximize=maximize) for trial in ended]))
    return [_importance(one, ended, ranks) for one in space.dimensions]


_FEWEST = 8


def _worth(trial: Trial, *, maximize: bool) -> float:
    if trial.value is None:
        return -np.inf
    return trial.value if maximize else -trial.value


def _ranks(values: Array) -> Array:
    """Return ranks from 0, equal values sharing the mean of theirs."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last: Array = np.cumsum(counts)
    return (last - (counts + 1) / 2)[which]


def _importance(one: Dimension, trials: Sequence[Trial], ranks: Array) -> Importance:
    shares = np.array([one.share(trial.point[one.key]) for trial in trials])
    if isinstance(one, Choice):
        parts = np.unique(shares, return_inverse=True)[1]
    else:
        number = min(_MOST, max(2, len(trials) // _LEAST))
        parts = np.searchsorted(np.quantile(shares, np.arange(1, number) / number), shares)
    rng = np.random.default_rng(0)
    n = len(trials)
    inside = parts == np.unique(parts)[:, None]  # (parts, trials)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES).astype(float)
    permuted = rng.permuted(np.tile(ranks, (_RESAMPLES, 1)), axis=1)
    share = float(_explained(ranks[None], np.ones((1, n)), inside)[0])
    low, high = 2 * share - np.quantile(_explained(ranks[None], drawn, inside), [0.975, 0.025])
    chance = float(np.quantile(_explained(permuted, np.ones((1, n)), inside), 0.95))
    return Importance(one.key, share, max(float(low), 0.0), min(float(high), 1.0), chance)


def _explained(ranks: Array, counts: Array, inside: Array) -> Array:
    """Return the corrected shares; ranks and how often each trial counts, (resamples, n), parts (parts, n)."""
    n, total = counts.sum(1), (counts * ranks).sum(1)
    of_part, sums = counts @ inside.T, (counts * ranks) @ inside.T
    there = of_part > 0
    between = np.divide(sums**2, of_part, out=np.zeros_like(sums * of_part), where=there).sum(1) - total**2 / n
    whole = (counts * ranks**2).sum(1) - total**2 / n
    share = np.divide(between, whole, out=np.zeros_like(between), where=whole > 1e-9)
    corrected: Array = 1 - (1 - share) * (n - 1) / np.maximum(n - there.sum(1), 1)
    return corrected
