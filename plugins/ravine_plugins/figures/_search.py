"""Searches: shared code of their figures."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, SearchRecord, Space, Trial, worth

from ravine_plugins.figures._style import Look, in_words

if TYPE_CHECKING:
    from ravine import Study

_LOOKS = (
    Look("#000000", "o"),
    Look("#0072B2", "s", "--"),
    Look("#E69F00", "^", ":"),
    Look("#D55E00", "X", "-."),
    Look("#009E73", "P", (0, (4, 1.2, 1, 1.2, 1, 1.2))),
)


def described(study: Study, figure: str) -> SearchRecord:
    """Return the record of a study's searches.

    Raises
    ------
    ValueError
        If the study has no search, or no trial has a value.
    """
    if not study.ledger.search:
        raise ValueError(f"{figure} shows a search: ravine -m hydra/sweeper=search …")
    if all(trial.value is None for trial, _ in study.tried):
        raise ValueError(f"{figure} needs a trial that has a value; there is none")
    return study.ledger.search


def sampler_looks(study: Study) -> dict[str, Look]:
    """Return a look for each sampler, in the order of the searches."""
    names = dict.fromkeys(sampler for sampler, _ in study.searches)
    return {name: _LOOKS[i % len(_LOOKS)] for i, name in enumerate(names)}


def short(key: str) -> str:
    """Return a short name of a setting: the last part of its key, ``lr``."""
    return key.rpartition(".")[2]


def trials_of(study: Study, sampler: str) -> list[list[Trial]]:
    """Return the trials of each search of a sampler."""
    return [[t for t, _ in tried] for (name, _), tried in study.searches.items() if name == sampler]


def learners(search: SearchRecord) -> list[str]:
    """Return the samplers that learn: they try some parts of the space more often than others."""
    return list(dict.fromkeys(entry.sampler for entry in search.searches if entry.learns))


def best_so_far(trials: Sequence[Trial], *, maximize: bool) -> Array:
    """Return the best value of each trial and those before it, (n,); NaN before the first with a value."""
    best: Array = np.maximum.accumulate(worth(trials, maximize=maximize))
    return np.where(np.isfinite(best), best, np.nan) * (1 if maximize else -1)


@functools.lru_cache(maxsize=8)
def chances(n: int) -> Array:
    """Return the probability of each of n values, ascending, to be the largest of k drawn without replacement.

    Parameters
    ----------
    n : int
        The number of values.

    Returns
    -------
    (n, n) array
        k - 1 is the row, i - 1 the column: C(i - 1, k - 1) / C(n, k). It is read-only, because it is cached.
    """
    k = np.arange(1, n + 1)
    table = np.empty((n, n))
    table[:, -1] = k / n
    # C(i - 1, k - 1) is C(i, k - 1) times (i - k + 1) / i.
    for i in range(n - 1, 0, -1):
        table[:, i - 1] = table[:, i] * np.maximum(i - k + 1, 0) / i
    table.flags.writeable = False
    return table


def expected_best(values: Array) -> Array:
    """Return the expected largest of 1, 2, … values that are drawn from some values without replacement.

    It is the best of fewer trials than were made, averaged over all ways to choose these trials.

    Parameters
    ----------
    values : (…, n) array
        For each search the values of its trials.

    Returns
    -------
    (…, n) array
        By the number of values drawn, from 1.

    References
    ----------
    Dodge, Gururangan, Card, Schwartz and Smith 2019, Show Your Work: Improved Reporting of Experimental
    Results. They draw with replacement, so their estimate is too low. Without replacement, as here: Tang, Lee,
    Xin, Liu, Yu and Lin 2020, Showing Your Work Doesn't Always Work.
    """
    expected: Array = np.sort(values, axis=-1) @ chances(values.shape[-1]).T
    return expected


def expected_of_best(values: Array, others: Array) -> Array:
    """Return the expected second value of the best of 1, 2, … trials; equal trials are equally likely chosen.

    Parameters
    ----------
    values, others : (n,) arrays
        The values by which trials are chosen, and their second values.

    Returns
    -------
    (n,) array
        By the number of values drawn, from 1.
    """
    shared = np.array([others[values == value].mean() for value in values])
    expected: Array = chances(len(values)) @ shared[np.argsort(values, kind="stable")]
    return expected


def log_axes(axes: Any, study: Study, space: Space, x: str | None = None, y: str | None = None) -> None:
    """Name axes by settings, and make those of logarithmic intervals logarithmic."""
    dimensions = {dimension.key: dimension for dimension in space.dimensions}
    for key, scale, name in ((x, axes.set_xscale, axes.set_xlabel), (y, axes.set_yscale, axes.set_ylabel)):
        if key is not None:
            scale("log" if getattr(dimensions[key], "log", False) else "linear")
            name(in_words(key, study), parse_math=False)
