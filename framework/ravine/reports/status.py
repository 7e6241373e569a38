"""Status: how many runs of a study have which status, and what is known of those that did not complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ravine.base.durations import duration
from ravine.base.names import shown
from ravine.base.tables import as_text
from ravine.records.checkpoint import Checkpoint, read_pace
from ravine.records.ledger import LEDGER
from ravine.records.run import is_done
from ravine.records.study import STATUSES, Study
from ravine.registry.blame import failure
from ravine.reports.left import left
from ravine.reports.weights import kept, stored

__all__ = ["as_dict", "counted", "status"]


def status(study: Study, *, follows: bool = False) -> str:
    """Return how many runs have which status, what is left, and a line for each run that has not completed.

    Parameters
    ----------
    study : Study
        The study.
    follows : bool
        Whether it tunes an arm of a comparison that has not begun.
    """
    statuses = {run: study.status(run) for run in study.ledger.runs}
    lines = [f"{shown(study.folder.as_posix())}: {counted(list(statuses.values()))}"]
    if going := left(study, follows=follows):
        lines.append(str(going))
    if study.ledger.question:
        lines.insert(0, shown(study.ledger.question))
    several, searches = len(study.searches) > 1, study.searches
    for (sampler, seed), later in study.to_come.items():
        proposed = len(searches.get((sampler, seed), []))
        name = f"{shown(sampler)} search.seed={seed}: " if several else ""
        lines.append(f"{name}{proposed} of {proposed + later} trials proposed, {later} to come")
    for (sampler, seed), numbers in study.elsewhere.items():
        name = f"{shown(sampler)} search.seed={seed}: " if several else ""
        lines.append(f"{name}of trials made elsewhere nothing is known yet: {', '.join(map(str, numbers))}")
    if weights := kept(stored(study)):
        lines.append(f"{weights}; weights=none keeps none")
    labels, seeds = study.labels({"seed"}), {run: of.get("seed") for run, of in study.settings.items()}
    several = len({*seeds.values()}) > 1
    others = [
        [run, status, f"{_called(labels, seeds if several else {}, run)}{_detail(study, run, status)}"]
        for run, status in statuses.items()
        if status != "completed"
    ]
    if others:
        lines += ["", as_text(others, left=3)]
    ended = all(is_done(status, pruned=True) for status in statuses.values())
    if study.to_come or study.elsewhere or not ended:
        lines += ["", f"the last command: {shown(study.ledger.command)}"]
    if behind := len(study.left_behind):
        which = "run is of an earlier command, which makes it" if behind == 1 else ""
        which = which or "runs are of earlier commands, which make them"
        ledger = shown((study.folder / LEDGER).as_posix())
        way_out = (
            f"to take {'it' if behind == 1 else 'them'} out, remove {ledger} and give the last command again"
        )
        lines.append(f"{behind} missing {which}; {way_out}")
    return "\n".join(lines)


def as_dict(study: Study, *, follows: bool = False) -> dict[str, Any]:
    """Return how far a study has got as plain values, for a program; see ``status``."""
    labels, settings = study.labels({"seed"}), study.settings
    going = left(study, follows=follows)
    runs = [
        {
            "run": run,
            "status": (status := study.status(run)),
            "group": labels.get(run),
            "seed": settings.get(run, {}).get("seed"),
            **_pace(study, run, status),
        }
        for run in study.ledger.runs
    ]
    return {
        "study": study.folder.as_posix(),
        "question": study.ledger.question,
        "command": study.ledger.command,
        "counts": dict(Counter(run["status"] for run in runs)),
        "trials_to_come": sum(study.to_come.values()),
        "left": asdict(going) if going else None,
        "runs": runs,
    }


def _pace(study: Study, run: str, status: str) -> dict[str, Any]:
    """Return how far a run is, and how long it takes if it goes on; None where that is not known."""
    if ended := study.runs.get(run):
        return {"step": ended.step, "steps": ended.budget, "rate": None, "seconds_left": None}
    pace = read_pace(study.folder / run) if status in ("running", "stopped") else None
    goes_on = pace if status == "running" else None
    return {
        "step": pace.step if pace else None,
        "steps": pace.steps if pace else None,
        "rate": goes_on.rate if goes_on else None,
        "seconds_left": goes_on.left if goes_on else None,
    }


def counted(statuses: Sequence[str]) -> str:
    """Return how many runs have which status: ``3 runs: 2 completed, 1 missing``."""
    counts = Counter(statuses)
    parts = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
    return f"{len(statuses)} run{'s' if len(statuses) != 1 else ''}: {', '.join(parts)}"


def _called(labels: Mapping[str, str], seeds: Mapping[str, Any], run: str) -> str:
    """Return a run's label with its seed, if seeds differ; nothing for a run whose settings are not known."""
    return f"{labels.get(run, '')}{f' seed={seeds[run]}' if run in seeds else ''}"


def _detail(study: Study, run: str, status: str) -> str:
    if status in ("diverged", "pruned"):
        return f": after step {study.runs[run].step}"
    if status == "failed":
        return f": {failure(study.runs[run].error)[0]}"
    if status == "damaged":
        return f": {study.unreadable[run]}"
    if status in ("running", "stopped") and (saved := Checkpoint.newest(study.folder / run)):
        losses = saved.arrays.get("record.loss")
        loss = "" if losses is None or not len(losses) else f", the last loss {losses[-1]:.4g}"
        if status == "running" and (pace := read_pace(study.folder / run)):
            speed = f"{pace.rate:.3g} a second, {duration(pace.left)} left"
            return f": step {pace.step} of {pace.steps}, {speed}{loss}"
        return f": {saved.step} steps are safe{loss}"
    return ""
