"""Trial: a point that a search has tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from ravine.base.types import Array, Point

# Samplers are known by every command, and what reads and writes runs by few.
if TYPE_CHECKING:
    from ravine.records.run import Run

__all__ = [
    "State",
    "Trial",
    "Tried",
    "ranked",
    "worth",
]


State: TypeAlias = Literal["running", "judged", "lost"]
"""``running``: the trial has no value yet; ``judged``: it has one; ``lost``: it will never have one."""


@dataclass(frozen=True)
class Trial:
    """A point that is tried.

    Parameters
    ----------
    number : int
        From 0, in the order of the proposals.
    point : Point
        A value for every setting.
    state : "running", "judged" or "lost"
        Whether it has a value; a trial is ``lost`` if one of its runs diverged, failed or was pruned.
    value : float or None
        The objective's mean over its runs; None if it has no value.
    """

    number: int
    point: Point
    state: State = "running"
    value: float | None = None

    def judged(self, value: float | None) -> Trial:
        """Return the trial with its value; with None it is lost."""
        return replace(self, state="lost" if value is None else "judged", value=value)


def worth(trials: Sequence[Trial], *, maximize: bool) -> Array:
    """Return the values of trials, with a sign that makes the higher ones better.

    Parameters
    ----------
    trials : sequence of Trial
        With or without a value.
    maximize : bool
        Whether a higher value is better.

    Returns
    -------
    (n,) array
        In the order of the trials; minus infinity for those without a value.
    """
    return np.array([-np.inf if t.value is None else t.value * (1 if maximize else -1) for t in trials])


def ranked(trials: Sequence[Trial], *, maximize: bool) -> list[Trial]:
    """Return the trials that have a value, the best first; of equal ones the earlier first.

    Parameters
    ----------
    trials, maximize
        As for ``worth``.
    """
    scored = [trial for trial in trials if trial.value is not None]
    keys = zip(-worth(scored, maximize=maximize), (trial.number for trial in scored), scored, strict=True)
    return [trial for _, _, trial in sorted(keys, key=lambda key: key[:2])]


Tried: TypeAlias = "Sequence[tuple[Trial, Sequence[Run]]]"
"""The trials of a search in their order, each with its runs."""
