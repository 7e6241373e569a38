"""Overview: what has become of a study's runs, and what a command would make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ravine.checkpoint import Checkpoint
from ravine.estimating import Stopwatch
from ravine.ledger import LEDGER, Ledger
from ravine.planning import Plan
from ravine.progress import duration
from ravine.running import workers_for
from ravine.search import SearchPlan
from ravine.study import STATUSES, Study, label, load_study
from ravine.tables import as_text
from ravine.vetting import failure

__all__ = ["forecast", "status"]


def status(study: Study) -> str:
    """Return how many runs there are of each status, and of those that are not completed what is known."""
    found = {run: study.status(run) for run in study.ledger.runs}
    lines = [f"{study.folder.as_posix()}: {_counted(list(found.values()))}"]
    if study.ledger.question:
        lines.insert(0, study.ledger.question)
    axes = sorted(study.axes or ["optimizer"], key=lambda axis: axis == "seed")  # the seed last
    settings = study.settings
    told = [
        [run, what, f"{label(settings.get(run, {}), axes)}{_detail(study, run, what)}"]
        for run, what in found.items()
        if what != "completed"
    ]
    if told:
        lines += ["", as_text(told, left=3)]
    if any(what not in ("completed", "diverged", "pruned") for what in found.values()):
        lines += ["", f"the last command: {study.ledger.command}"]
    return "\n".join(lines)


def forecast(folder: Path, plan: Plan | SearchPlan) -> str:
    """Return what a command would make, run by run, and about how long it would take.

    Raises
    ------
    OSError, ValueError
        If the data cannot be read, or the folder holds something else than a study.
    """
    try:
        before = load_study(folder)
    except ValueError:
        if (folder / LEDGER).exists():
            raise
        before = Study(folder, Ledger("", [], [], []), {})
    stopwatch = Stopwatch()
    lines, total, left = [["run", "status", "about", ""]], 0.0, []
    for experiment, name in zip(plan.first.experiments, plan.first.labels, strict=True):
        what = before.status(experiment.id)
        about = "-"
        if what not in ("completed", "diverged", "pruned"):
            left.append(experiment)
            try:
                seconds = stopwatch.seconds(experiment)
            except Exception:  # a component breaks; the run itself will say how
                about = "?"
            else:
                total += seconds
                about = duration(seconds)
        lines.append([experiment.id, what, about, name])
    workers = workers_for(left)
    statuses = [line[1] for line in lines[1:]]
    end = f"{folder.as_posix()}: {_counted(statuses)}; {len(left)} to make"
    if left:
        end += f", about {duration(total / workers)}" + (f" with {workers} workers" if workers > 1 else "")
    if later := plan.total - len(statuses):
        end += f"\nand {later} more, which depend on what these come to"
    return "\n".join([as_text(lines, left=4), "", end])


def _counted(statuses: Sequence[str]) -> str:
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
