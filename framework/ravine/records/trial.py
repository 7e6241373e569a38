"""Trial: a point that a search has tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from ravine.base.types import Array, Point
from ravine.records.run import Run

__all__ = [
    "State",
    "Trial",
    "Tried",
    "ranked",
    "worth",
]


State: TypeAlias = Literal["running", "judged", "lost"]
"""Whether the objective of a trial is known, and whether there is one."""


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
        Whether its objective is known; ``lost`` if its runs diverged or failed.
    value : float or None
        The objective of a trial that is judged.
    """

    number: int
    point: Point
    state: State = "running"
    value: float | None = None

    def judged(self, value: float | None) -> Trial:
        """Return the trial with its objective, None where its runs diverged or failed."""
        return replace(self, state="lost" if value is None else "judged", value=value)


def worth(trials: Sequence[Trial], *, maximize: bool) -> Array:
    """Return objectives of which more is better.

    Parameters
    ----------
    trials : sequence of Trial
        Any.
    maximize : bool
        Whether a higher objective is better.

    Returns
    -------
    (n,) array
        In the order of the trials; minus infinity for those that are not judged.
    """
    return np.array([-np.inf if t.value is None else t.value * (1 if maximize else -1) for t in trials])


def ranked(trials: Sequence[Trial], *, maximize: bool) -> list[Trial]:
    """Return the trials that are judged, the best first, of equal ones the first first.

    Parameters
    ----------
    trials, maximize
        As for ``worth``.
    """
    judged = [trial for trial in trials if trial.value is not None]
    keys = zip(-worth(judged, maximize=maximize), (trial.number for trial in judged), judged, strict=True)
    return [trial for _, _, trial in sorted(keys, key=lambda each: each[:2])]


Tried: TypeAlias = Sequence[tuple[Trial, Sequence[Run]]]
"""The trials of a search in their order, each with its runs."""
