"""Published: the verdicts that the documentation prints, of the whole profile, and whether others agree."""

from __future__ import annotations

import functools
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ravine.evidence.claim import Verdict
from ravine.records.study import Study
from ravine.reports.outcomes import outcome_of

__all__ = ["Published", "agreement", "published", "published_of"]

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
        """Whether difference and interval of a verdict are these, to three digits; 1e-12 and less is 0."""
        ours = [verdict.difference, *(verdict.interval or ())]
        theirs = [self.difference, *(self.interval or ())]
        return [*map(_digits, ours)] == [*map(_digits, theirs)]


# What is left where two equal sums are subtracted: other processors add in another order.
_ROUNDING = 1e-12


def _digits(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3g}" if abs(value) > _ROUNDING else "0"


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


def published_of(study: Study) -> Mapping[str, Published]:
    """Return by sentence what is published of the experiment that a study's command has chosen.

    It is empty for any other study, and with another folder of configurations: an experiment of that folder may
    have the same name.
    """
    words = shlex.split(study.ledger.command)
    chosen = [word.partition("=")[2] for word in words if word.startswith("experiment=")]
    has_own = any(word.startswith(("--config", "-c")) for word in words)
    return published().get(chosen[-1], {}) if chosen and not has_own else {}


def agreement(found: Mapping[str, Sequence[Verdict]]) -> str:
    """Return how many verdicts of experiments, and how many of their numbers, are as published."""
    pairs = [
        (name, verdict, before)
        for name, verdicts in found.items()
        for verdict in verdicts
        if (before := published().get(name, {}).get(verdict.says))
    ]
    outcomes = [f"{name}: {v.says}" for name, v, before in pairs if outcome_of(v) != before.outcome]
    numbers = [name for name, v, before in pairs if not before.has_numbers_of(v)]
    unknown = [
        f"{name}: {verdict.says}"
        for name, verdicts in found.items()
        for verdict in verdicts
        if verdict.says not in published().get(name, {})
    ]
    n = len(pairs)
    lines = [
        f"as published: {n - len(outcomes)} of {n} verdicts, and the numbers of {n - len(numbers)}",
        *(f"  other verdict: {sentence}" for sentence in outcomes),
        *([f"  other numbers: {', '.join(dict.fromkeys(numbers))}"] if numbers else []),
        *(f"  not published: {sentence}" for sentence in unknown),
    ]
    return "\n".join(lines)
