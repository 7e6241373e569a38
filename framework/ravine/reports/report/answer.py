"""Answer: what came of a study, in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence

from ravine.evidence.claim import Verdict
from ravine.evidence.verdicts import Findings
from ravine.records.study import Study
from ravine.reports.measures import measures, parting, row_of

__all__ = ["OUTCOMES", "answer", "outcome_of", "tally"]

OUTCOMES = {"supported": "✓", "not supported": "✗", "inconclusive": "?", "too few seeds": "○"}
"""What may become of a claim, each with its mark; one with too few seeds is not judged yet."""

# The most groups that a sentence names.
_NAMED = 3


def outcome_of(verdict: Verdict) -> str:
    """Return the outcome, or that there are too few seeds for one."""
    return "too few seeds" if verdict.needed else verdict.outcome


def tally(verdicts: Sequence[Verdict]) -> str:
    """Return how many claims had which outcome: ``3 supported, 1 not supported``."""
    outcomes = [outcome_of(verdict) for verdict in verdicts]
    counts = {name: outcomes.count(name) for name in OUTCOMES}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no claims"


def answer(found: Findings) -> str:
    """Return which group is best, as far as the runs tell, and how many claims hold."""
    n = len(found.verdicts)
    of = f"Of {n} claims: {tally(found.verdicts)}." if n > 1 else f"Its claim: {tally(found.verdicts)}."
    return " ".join(filter(None, (_best(found.study), of if n else "")))


def _best(study: Study) -> str:
    """Return a sentence on the best group by the last metric that tables show; nothing if that is not known."""
    groups = {} if study.ledger.search else study.groups()
    if len(groups) < 2 or not study.shown:
        return ""
    (measure,) = measures(study.shown[-1:], study)
    means = {label: row_of(runs, measure).get("mean") for label, runs in groups.items()}
    there = {label: mean for label, mean in means.items() if mean is not None}
    if measure.better is None or len(there) < 2:
        return ""
    best = (max if measure.better == "higher" else min)(there, key=lambda label: there[label])
    word = "highest" if measure.better == "higher" else "lowest"
    seeds = len(groups[best])
    number = f"{there[best]:.4g}" + (f", the mean of {seeds} runs" if seeds > 1 else "")
    sentence = f"{best} ends with the {word} {measure.title}, {number}."
    near = [label for label in there if label != best and not parting(groups[best], groups[label], measure)]
    if seeds < 2 or not near:
        return sentence
    names = near[0] if len(near) == 1 else f"{', '.join(near[:-1])} and {near[-1]}"
    others = names if len(near) <= _NAMED else f"{len(near)} others"
    return f"{sentence} The seeds do not tell {others} apart from it."
