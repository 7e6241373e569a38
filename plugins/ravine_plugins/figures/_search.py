"""Searches: what their figures share."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, SearchRecord, Space, Trial, worth

from ravine_plugins.figures._style import Look

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
    """Return what the ledger has of a search.

    Raises
    ------
    ValueError
        If the study is none, or no trial of it has ended.
    """
    if not study.ledger.search:
        raise ValueError(f"{figure} shows a search: ravine -m hydra/sweeper=search …")
    if all(trial.value is None for trial, _ in study.tried):
        raise ValueError(f"{figure} needs a trial that is judged; there is none")
    return study.ledger.search


def sampler_looks(study: Study) -> dict[str, Look]:
    """Return a look for each sampler, in their order."""
    names = dict.fromkeys(sampler for sampler, _ in study.searches)
    return {name: _LOOKS[i % len(_LOOKS)] for i, name in enumerate(names)}


def short(key: str) -> str:
    """Return what a setting is called: the last part of its key, ``lr``."""
    return key.rpartition(".")[2]


def trials_of(study: Study, sampler: str) -> list[list[Trial]]:
    """Return the trials of each search of a sampler."""
    return [[t for t, _ in tried] for (name, _), tried in study.searches.items() if name == sampler]


def learners(search: SearchRecord) -> list[str]:
    """Return which samplers learn, and so try some of the space more than the rest."""
    return list(dict.fromkeys(one.sampler for one in search.searches if one.learns))


def best_so_far(trials: Sequence[Trial], *, maximize: bool) -> Array:
    """Return the best objective of a trial and those before it, (n,); NaN before the first that is judged."""
    best: Array = np.maximum.accumulate(worth(trials, maximize=maximize))
    return np.where(np.isfinite(best), best, np.nan) * (1 if maximize else -1)


@functools.lru_cache(maxsize=8)
def chances(n: int) -> Array:
    """Return the chance of each of n values, ascending, to be the largest of k that are drawn without return.

    Parameters
    ----------
    n : int
        Values.

    Returns
    -------
    (n, n) array
        k - 1 is the row, i - 1 the column: C(i - 1, k - 1) / C(n, k). Only read, for it is kept.
    """
    k = np.arange(1, n + 1)
    made = np.empty((n, n))
    made[:, -1] = k / n
    for i in range(n - 1, 0, -1):  # C(i - 1, k - 1) is C(i, k - 1) times (i - k + 1) / i
        made[:, i - 1] = made[:, i] * np.maximum(i - k + 1, 0) / i
    made.flags.writeable = False
    return made


def expected_best(values: Array) -> Array:
    """Return the expected largest of 1, 2, … of some values, drawn without return.

    It is the best of fewer trials than were made, averaged over all ways to choose which.

    Parameters
    ----------
    values : (…, n) array
        Of each search those of its trials.

    Returns
    -------
    (…, n) array
        By the number that is drawn, from 1.

    References
    ----------
    Dodge, Gururangan, Card, Schwartz and Smith 2019, Show Your Work: Improved Reporting of Experimental
    Results. They draw with return, and so underestimate; without, as here: Tang, Lee, Xin, Liu, Yu and Lin
    2020, Showing Your Work Doesn't Always Work.
    """
    expected: Array = np.sort(values, axis=-1) @ chances(values.shape[-1]).T
    return expected


def expected_of_best(values: Array, others: Array) -> Array:
    """Return what is expected of another value of the best of 1, 2, … trials; equal ones are equally chosen.

    Parameters
    ----------
    values, others : (n,) arrays
        What trials are chosen by, and what else they have.

    Returns
    -------
    (n,) array
        By the number that is drawn, from 1.
    """
    shared = np.array([others[values == value].mean() for value in values])
    expected: Array = chances(len(values)) @ shared[np.argsort(values, kind="stable")]
    return expected


def log_axes(axes: Any, space: Space, x: str | None = None, y: str | None = None) -> None:
    """Make axes logarithmic where an interval is, and name them."""
    of = {one.key: one for one in space.dimensions}
    for key, scale, name in ((x, axes.set_xscale, axes.set_xlabel), (y, axes.set_yscale, axes.set_ylabel)):
        if key is not None:
            scale("log" if getattr(of[key], "log", False) else "linear")
            name(key, parse_math=False)
