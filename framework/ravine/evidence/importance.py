"""Importance: how much of what trials came to is due to one setting alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ravine.base.intervals import LEAST, bootstrap_interval
from ravine.base.types import Array
from ravine.evidence.ranks import mean_ranks
from ravine.records.space import Choice, Dimension, Space
from ravine.records.trial import Trial, worth

__all__ = [
    "Importance",
    "importances",
]


_RESAMPLES = 1000

_MOST, _EACH, _FEW = 5, 6, 3  # bins of an interval; trials that each has at least, and each value of a choice

_FEWEST = 8


@dataclass(frozen=True)
class Importance:
    """What one setting explains.

    Parameters
    ----------
    key : str
        The setting.
    share : float
        Of the variance of the trials' ranks, the share that differences between bins of the setting explain,
        corrected for the number of bins: about 0 where it explains nothing, 1 where it explains all. Of several
        searches, the mean of their shares.
    shares : tuple of float
        That of each search.
    interval : pair of float, or None
        The share's 95 % bootstrap interval: of one search over its trials, as if each had been drawn at random;
        of six or more over searches. None for two to five.
    chance : float
        The share that the largest of all settings' stays below in 95 of 100 permutations of the trials, within
        each search: the 95 % quantile where there is nothing to find. So of settings that all explain nothing,
        one is informative in 5 of 100 studies.
    """

    key: str
    share: float
    shares: tuple[float, ...]
    interval: tuple[float, float] | None
    chance: float

    @property
    def informative(self) -> bool:
        """Whether it explains more than chance alone would."""
        return self.share > self.chance


def importances(space: Space, *searches: Sequence[Trial], maximize: bool) -> list[Importance]:
    """Return the importance of every setting; trials that are running are left out, lost ones rank last.

    Parameters
    ----------
    space : Space
        Where the trials lie; a sampler that learns leaves much of it out, and its trials tell of what it tried.
    *searches : sequence of Trial
        Of each search its trials, of which eight or more have ended.
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
    twice share one bin. Where one bin holds all trials nothing can be told: 0, from 0 to 1.

    The interval of one search has plain percentiles of 1000 resamples for its ends. Of 40 or of 100 trials it
    covers the truth in 90 to 98 of 100 searches, be that 0, 0.05, 0.4 or 0.8.

    A setting that matters only together with another one explains little alone.
    """
    chances = np.random.default_rng(0).spawn(
        len(searches)
    )  # of each its own, or their mean would vary too much
    made = [_Shares.of(space, t, maximize, rng) for t, rng in zip(searches, chances, strict=True)]
    shares = np.array([one.found for one in made])  # (searches, settings)
    permuted = np.mean([one.permuted for one in made], axis=0)  # (resamples, settings)
    chance = float(np.quantile(permuted.max(1), 0.95))
    found = []
    for i, setting in enumerate(space.dimensions):
        own = shares[:, i]
        interval: tuple[float, float] | None = None
        if not (told := any(one.told[i] for one in made)):
            interval = 0.0, 1.0
        elif len(made) == 1:
            low, high = np.quantile(made[0].drawn[:, i], [0.025, 0.975])
            interval = float(np.clip(min(low, own[0]), 0, 1)), float(np.clip(max(high, own[0]), 0, 1))
        elif len(made) >= LEAST:
            interval = bootstrap_interval(own)
        level = chance if told else 1.0
        found.append(Importance(setting.key, float(own.mean()), tuple(own.tolist()), interval, level))
    return found


@dataclass(frozen=True)
class _Shares:
    """Shares by setting of one search, of its resamples and its permutations, and whether one can be told."""

    found: Array
    drawn: Array
    permuted: Array
    told: list[bool]

    @classmethod
    def of(cls, space: Space, trials: Sequence[Trial], maximize: bool, rng: np.random.Generator) -> _Shares:
        ended = [trial for trial in trials if trial.state != "running"]
        n = len(ended)
        if n < _FEWEST:
            raise ValueError(f"importance takes {_FEWEST} trials or more that have ended; there are {n}")
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES).astype(float)
        once = np.ones((1, n))
        ranks = mean_ranks(worth(ended, maximize=maximize), once)
        permuted = rng.permuted(np.tile(ranks, (_RESAMPLES, 1)), axis=1)
        bins = [_bins(one, ended) for one in space.dimensions]
        inside = [of == np.unique(of)[:, None] for of in bins]  # (bins, trials) each
        return cls(
            np.array([_explained(ranks, once, each)[0] for each in inside]),
            np.array([_explained(ranks, drawn, each) for each in inside]).T,
            np.array([_explained(permuted, once, each) for each in inside]).T,
            [len(each) > 1 for each in inside],
        )


def _bins(one: Dimension, trials: Sequence[Trial]) -> Array:
    """Return the bin of every trial, by its value of a setting."""
    shares = np.array([one.share(trial.point[one.key]) for trial in trials])
    if isinstance(one, Choice):
        _, bins, counts = np.unique(shares, return_inverse=True, return_counts=True)
        return np.where(counts[bins] < _FEW, -1, bins)
    number = min(_MOST, max(2, len(trials) // _EACH))
    return np.searchsorted(np.quantile(shares, np.arange(1, number) / number), shares)


def _explained(ranks: Array, counts: Array, inside: Array) -> Array:
    """Return the corrected shares; ranks and how often each trial counts, (resamples, n), bins (bins, n)."""
    n, total = counts.sum(1), (counts * ranks).sum(1)
    of_bin, sums = counts @ inside.T, (counts * ranks) @ inside.T
    there = of_bin > 0
    between = np.divide(sums**2, of_bin, out=np.zeros_like(sums * of_bin), where=there).sum(1) - total**2 / n
    whole = (counts * ranks**2).sum(1) - total**2 / n
    share = np.divide(between, whole, out=np.zeros_like(between), where=whole > 1e-9)
    corrected: Array = 1 - (1 - share) * (n - 1) / np.maximum(n - there.sum(1), 1)
    return corrected
