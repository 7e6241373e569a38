"""Families: several claims of one study, of which chance decides more than of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ravine.evidence.claim import Verdict

__all__ = ["LEVEL", "by_chance", "corrected", "family"]


LEVEL = 0.05
"""How often an interval decides a claim if nothing differs."""


def family(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts that chance can decide: those that rest on an interval."""
    return [verdict for verdict in verdicts if verdict.p is not None]


def by_chance(verdicts: Sequence[Verdict]) -> float:
    """Return how many of some verdicts chance would decide if nothing differed."""
    return LEVEL * len(family(verdicts))


def corrected(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return verdicts with their outcomes after Holm's correction for all of them.

    If nothing differs, chance decides one or more of the corrected verdicts in 5 of 100 studies at most.

    References
    ----------
    Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure.
    """
    members = family(verdicts)
    p = np.sort([verdict.p for verdict in members])
    fails = np.flatnonzero(p > LEVEL / np.arange(len(p), 0, -1))
    # The smallest p that is too large; equal ones fail together.
    bound = p[fails[0]] if len(fails) else np.inf
    return [
        verdict
        if verdict.p is None
        else replace(
            verdict, corrected=verdict.outcome if verdict.p < bound else "inconclusive", family=len(members)
        )
        for verdict in verdicts
    ]
