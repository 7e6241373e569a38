"""Overview: what has become of a study's runs, and what a command would make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ravine.base.tables import as_text
from ravine.records.axes import label
from ravine.records.checkpoint import Checkpoint
from ravine.records.study import STATUSES, Study
from ravine.registry.blame import failure

__all__ = [
    "counted",
    "status",
]


def status(study: Study) -> str:
    """Return how many runs there are of each status, and of those that are not completed what is known."""
    found = {run: study.status(run) for run in study.ledger.runs}
    lines = [f"{study.folder.as_posix()}: {counted(list(found.values()))}"]
    if study.ledger.question:
        lines.insert(0, study.ledger.question)
    several, searches = len(study.searches) > 1, study.searches
    for (sampler, seed), left in study.to_come.items():
        there = len(searches.get((sampler, seed), []))
        name = f"{sampler} search.seed={seed}: " if several else ""
        lines.append(f"{name}{there} of {there + left} trials proposed, {left} to come")
    for (sampler, seed), numbers in study.elsewhere.items():
        name = f"{sampler} search.seed={seed}: " if several else ""
        lines.append(f"{name}of trials made elsewhere nothing is known yet: {', '.join(map(str, numbers))}")
    axes = sorted(study.axes or ["optimizer"], key=lambda axis: axis == "seed")  # the seed last
    settings = study.settings
    told = [
        [run, what, f"{label(settings.get(run, {}), axes)}{_detail(study, run, what)}"]
        for run, what in found.items()
        if what != "completed"
    ]
    if told:
        lines += ["", as_text(told, left=3)]
    ended = all(what in ("completed", "diverged", "pruned") for what in found.values())
    if study.to_come or study.elsewhere or not ended:
        lines += ["", f"the last command: {study.ledger.command}"]
    return "\n".join(lines)


def counted(statuses: Sequence[str]) -> str:
    """Return how many runs there are of each status."""
    counts = Counter(statuses)
    parts = [f"{counts[what]} {what}" for what in STATUSES if counts[what]]
    return f"{len(statuses)} run{'s' if len(statuses) != 1 else ''}: {', '.join(parts)}"


def _detail(study: Study, run: str, what: str) -> str:
    if what in ("diverged", "pruned"):
        return f": after step {study.runs[run].step}"
    if what == "failed":
        return f": {failure(study.runs[run].error)[0]}"
    if what == "damaged":
        return f": {study.unreadable[run]}"
    if what in ("running", "stopped") and (saved := Checkpoint.newest(study.folder / run)):
        return f": {saved.step} steps are safe"
    return ""
