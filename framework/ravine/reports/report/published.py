"""Published: the verdicts that the documentation prints, of the whole profile, and whether others agree."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ravine.evidence.claim import Verdict
from ravine.reports.outcomes import outcome_of

__all__ = ["Published", "agreement", "published"]

_FILE = Path(__file__).with_name("published.json")


@dataclass(frozen=True)
class Published:
    """What the page of claims says of a sentence.

    Parameters
    ----------
    outcome : str
        The judgement.
    difference : float or None
        What it rests on, to three digits; None if nothing could be compared.
    interval : pair of float, or None
        Its 95 % interval, to three digits; None if the claim is exact.
    """

    outcome: str
    difference: float | None
    interval: tuple[float, float] | None

    def has_numbers_of(self, verdict: Verdict) -> bool:
        """Whether difference and interval of a verdict are these, to three digits."""
        ours = [verdict.difference, *(verdict.interval or ())]
        theirs = [self.difference, *(self.interval or ())]
        return [*map(_digits, ours)] == [*map(_digits, theirs)]


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


@functools.cache
def published() -> Mapping[str, Mapping[str, Published]]:
    """Return by experiment and sentence what is on the page of claims."""
    found = json.loads(_FILE.read_text("utf-8"))
    return {
        name: {
            says: Published(row["outcome"], row["difference"], row["interval"] and tuple(row["interval"]))
            for says, row in rows.items()
        }
        for name, rows in found.items()
    }


def agreement(found: Mapping[str, Sequence[Verdict]]) -> str:
    """Return how many verdicts of experiments, and how many of their numbers, are as published."""
    pairs = [
        (name, verdict, published()[name][verdict.says])
        for name, verdicts in found.items()
        for verdict in verdicts
        if verdict.says in published().get(name, {})
    ]
    other_outcome = [f"{name}: {v.says}" for name, v, before in pairs if outcome_of(v) != before.outcome]
    other_numbers = dict.fromkeys(name for name, v, before in pairs if not before.has_numbers_of(v))
    same = sum(before.has_numbers_of(verdict) for _, verdict, before in pairs)
    lines = [
        f"as published: {len(pairs) - len(other_outcome)} of {len(pairs)} verdicts, and the numbers of {same}",
        *(f"  other verdict: {sentence}" for sentence in other_outcome),
        *([f"  other numbers: {', '.join(other_numbers)}"] if other_numbers else []),
    ]
    return "\n".join(lines)
