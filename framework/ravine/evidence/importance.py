"""Importance: how much of the differences between trials one setting explains by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ravine.base.intervals import LEAST, bootstrap_interval
from ravine.base.types import Array
from ravine.evidence.ranks import FEWEST, mean_ranks
from ravine.records.space import Choice, Dimension, Space
from ravine.records.trial import Trial, worth

__all__ = [
    "Importance",
    "importances",
]


_RESAMPLES = 1000

# An interval has at most _MOST bins of at least _EACH trials.
# A value of a choice needs _FEW trials for a bin of its own.
_MOST, _EACH, _FEW = 5, 6, 3


@dataclass(frozen=True)
class Importance:
    """How much one setting explains.

    Parameters
    ----------
    key : str
        The setting.
    share : float
        The share of the variance of the trials' ranks that differences between bins of the setting explain,
        corrected for the number of bins: about 0 if it explains nothing, 1 if it explains everything. For
        several searches, the mean of their shares.
    shares : tuple of float
        The share of each search.
    interval : pair of float, or None
        The share's 95 % bootstrap interval. For one search it is over its trials, as if each had been drawn at
        random; for six or more searches it is over the searches. None for two to five.
    chance : float
        In 95 of 100 permutations of the trials within each search, the largest share of all settings is below
        this. It is the 95 % quantile when there is nothing to find: if no setting explains anything, one is
        informative in 5 of 100 studies.
    """

    key: str
    share: float
    shares: tuple[float, ...]
    interval: tuple[float, float] | None
    chance: float

    @property
    def informative(self) -> bool:
        """Whether it explains more than could be chance."""
        return self.share > self.chance


def importances(space: Space, *searches: Sequence[Trial], maximize: bool) -> list[Importance]:
    """Return the importance of every setting; running trials are left out, lost trials rank last.

    Parameters
    ----------
    space : Space
        The space of the trials. A sampler that learns tries only parts of it, and its trials say nothing about
        the rest.
    *searches : sequence of Trial
        The trials of each search, of which eight or more have ended.
    maximize : bool
        Whether a higher objective is better.

    Raises
    ------
    ValueError
        If fewer have ended.

    References
    ----------
    The share is that of Kelley 1935, An Unbiased Correlation Ratio Measure, ε², of the ranks: with H of Kruskal
    and Wallis 1952, Use of Ranks in One-Criterion Variance Analysis, and k bins, (H - k + 1) / (n - k). The
    largest of all settings' over shared permutations: Westfall and Young 1993, Resampling-Based Multiple
    Testing.

    Notes
    -----
    An interval is cut into up to five bins with as many trials each. Values of a choice that were tried once or
    twice share one bin. If one bin holds all trials, nothing can be said: the share is 0, from 0 to 1.

    The ends of the interval of one search are plain percentiles of 1000 resamples. With 40 or with 100 trials
    it covers the true share in 90 to 98 of 100 searches, whether that is 0, 0.05, 0.4 or 0.8.

    A setting that matters only together with another one explains little alone.
    """
    # Each search has its own generator, or the mean of their permutations would vary too much.
    rngs = np.random.default_rng(0).spawn(len(searches))
    of_searches = [_Shares.of(space, t, maximize, rng) for t, rng in zip(searches, rngs, strict=True)]
    shares = np.array([search.found for search in of_searches])  # (searches, settings)
    permuted = np.mean([search.permuted for search in of_searches], axis=0)  # (resamples, settings)
    chance = float(np.quantile(permuted.max(1), 0.95))
    found = []
    for i, setting in enumerate(space.dimensions):
        own = shares[:, i]
        interval: tuple[float, float] | None = None
        if not (known := any(search.known[i] for search in of_searches)):
            interval = 0.0, 1.0
        elif len(of_searches) == 1:
            low, high = np.quantile(of_searches[0].drawn[:, i], [0.025, 0.975])
            interval = float(np.clip(min(low, own[0]), 0, 1)), float(np.clip(max(high, own[0]), 0, 1))
        elif len(of_searches) >= LEAST:
            interval = bootstrap_interval(own)
        level = chance if known else 1.0
        found.append(Importance(setting.key, float(own.mean()), tuple(own.tolist()), interval, level))
    return found


@dataclass(frozen=True)
class _Shares:
    """Shares by setting of one search, of its resamples and its permutations, and whether each can be known."""

    found: Array
    drawn: Array
    permuted: Array
    known: list[bool]

    @classmethod
    def of(cls, space: Space, trials: Sequence[Trial], maximize: bool, rng: np.random.Generator) -> _Shares:
        ended = [trial for trial in trials if trial.state != "running"]
        n = len(ended)
        if n < FEWEST:
            raise ValueError(f"importance takes {FEWEST} trials or more that have ended; there are {n}")
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES).astype(float)
        once = np.ones((1, n))
        ranks = mean_ranks(worth(ended, maximize=maximize), once)
        permuted = rng.permuted(np.tile(ranks, (_RESAMPLES, 1)), axis=1)
        bins = [_bins(dimension, ended) for dimension in space.dimensions]
        inside = [of == np.unique(of)[:, None] for of in bins]  # (bins, trials) each
        return cls(
            np.array([_explained(ranks, once, each)[0] for each in inside]),
            np.array([_explained(ranks, drawn, each) for each in inside]).T,
            np.array([_explained(permuted, once, each) for each in inside]).T,
            [len(each) > 1 for each in inside],
        )


def _bins(dimension: Dimension, trials: Sequence[Trial]) -> Array:
    """Return the bin of every trial, by its value of a setting."""
    shares = np.array([dimension.share(trial.point[dimension.key]) for trial in trials])
    if isinstance(dimension, Choice):
        _, bins, counts = np.unique(shares, return_inverse=True, return_counts=True)
        return np.where(counts[bins] < _FEW, -1, bins)
    number = min(_MOST, max(2, len(trials) // _EACH))
    return np.searchsorted(np.quantile(shares, np.arange(1, number) / number), shares)


def _explained(ranks: Array, counts: Array, inside: Array) -> Array:
    """Return the corrected shares, of shape (resamples,).

    ``ranks`` and ``counts``, how often each trial counts, are (resamples, n); ``inside`` is (bins, n).
    """
    n, total = counts.sum(1), (counts * ranks).sum(1)
    of_bin, sums = counts @ inside.T, (counts * ranks) @ inside.T
    there = of_bin > 0
    between = np.divide(sums**2, of_bin, out=np.zeros_like(sums * of_bin), where=there).sum(1) - total**2 / n
    whole = (counts * ranks**2).sum(1) - total**2 / n
    share = np.divide(between, whole, out=np.zeros_like(between), where=whole > 1e-9)
    corrected: Array = 1 - (1 - share) * (n - 1) / np.maximum(n - there.sum(1), 1)
    return corrected
