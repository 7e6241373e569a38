"""Outcomes: what may become of a claim, its mark, and how many claims had which."""

from __future__ import annotations

from collections.abc import Sequence

from ravine.evidence.claim import Verdict

__all__ = ["OUTCOMES", "outcome_of", "tally"]

OUTCOMES = {"supported": "✓", "not supported": "✗", "inconclusive": "?", "too few seeds": "○"}
"""Each with its mark. Too few seeds: fewer were asked for than the claim needs, so it is not judged."""


def outcome_of(verdict: Verdict) -> str:
    """Return the outcome, or that fewer seeds were asked for than the claim needs."""
    return "too few seeds" if verdict.n + verdict.missing < verdict.needed else verdict.outcome


def tally(verdicts: Sequence[Verdict]) -> str:
    """Return how many claims had which outcome: ``3 supported, 1 not supported``."""
    outcomes = [outcome_of(verdict) for verdict in verdicts]
    counts = {name: outcomes.count(name) for name in OUTCOMES}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no claims"
