"""Searches: what their figures share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ravine import Array, Space, Trial

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


def described(study: Study, figure: str) -> Mapping[str, Any]:
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


def space_of(search: Mapping[str, Any]) -> Space:
    """Return the space that is searched."""
    return Space.from_description(search["space"])


def sampler_looks(study: Study) -> dict[str, Look]:
    """Return a look for each sampler, in their order."""
    names = dict.fromkeys(sampler for sampler, _ in study.searches)
    return {name: _LOOKS[i % len(_LOOKS)] for i, name in enumerate(names)}


def short(key: str) -> str:
    """Return what a setting is called: the last part of its key, ``lr``."""
    return key.rpartition(".")[2]


def worth(trials: Sequence[Trial], *, maximize: bool) -> Array:
    """Return objectives of which more is better; of trials that are not judged less than anything."""
    values = [-math.inf if trial.value is None else trial.value * (1 if maximize else -1) for trial in trials]
    return np.array(values)


def best_so_far(trials: Sequence[Trial], *, maximize: bool) -> Array:
    """Return the best objective of a trial and those before it; NaN before the first that is judged."""
    best: Array = np.maximum.accumulate(worth(trials, maximize=maximize))
    return np.where(np.isfinite(best), best, np.nan) * (1 if maximize else -1)


def chances(n: int) -> Array:
    """Return the chance of each of N values, ascending, to be the largest of n that are drawn without return.

    Returns
    -------
    array
        Shape (N, N): n - 1 is the row, from 1 of N values to all; C(i - 1, n - 1) / C(N, n).
    """
    return np.array([[math.comb(i, k - 1) / math.comb(n, k) for i in range(n)] for k in range(1, n + 1)])


def expected_best(values: Array) -> Array:
    """Return the expected largest of 1, 2, … of some values, drawn without return; (…, N) as the values.

    It is the best of fewer trials than were made, averaged over all ways to choose which.

    References
    ----------
    Dodge, Gururangan, Card, Schwartz and Smith 2019, Show Your Work: Improved Reporting of Experimental
    Results. They draw with return, and so underestimate; without, as here: Tang, Lee, Xin, Liu, Yu and Lin
    2020, Showing Your Work Doesn't Always Work.
    """
    expected: Array = np.sort(values, axis=-1) @ chances(values.shape[-1]).T
    return expected


def expected_of_best(values: Array, others: Array) -> Array:
    """Return what is expected of another value of the best of 1, 2, … trials; equal ones are equally chosen."""
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
