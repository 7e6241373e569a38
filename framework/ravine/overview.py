"""Overview: what has become of a study's runs, and what a command would make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ravine.checkpoint import Checkpoint
from ravine.estimating import Stopwatch
from ravine.experiment import Experiment
from ravine.ledger import LEDGER, Ledger, refuse_mixture
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


def forecast(folder: Path, plan: Plan | SearchPlan) -> str:
    """Return what a command would make, run by run, and about how long it would take.

    Raises
    ------
    OSError, ValueError
        If the data cannot be read, or the folder holds something else than a study, or one that this does not
        belong to.
    """
    refuse_mixture(folder, plan.first.search)
    try:
        before = load_study(folder)
    except ValueError:
        if (folder / LEDGER).exists():
            raise
        before = Study(folder, Ledger("", [], [], []), {})
    known, later = plan.foreseen(before.ledger.search) if isinstance(plan, SearchPlan) else (plan.first, 0)
    pruning = isinstance(plan, SearchPlan) and plan.settings.prune
    ended = ("completed", "diverged", "pruned") if pruning else ("completed", "diverged")
    statuses = {experiment.id: before.status(experiment.id) for experiment in known.experiments}
    left = [experiment for experiment in known.experiments if statuses[experiment.id] not in ended]
    seconds = _seconds(known.experiments if later else left)
    lines = [["run", "status", "about", ""]]
    for experiment, name in zip(known.experiments, known.labels, strict=True):
        about = _about(seconds[experiment.id]) if experiment in left else "-"
        lines.append([experiment.id, statuses[experiment.id], about, name])
    workers = workers_for(left or known.experiments)
    total = sum(seconds[experiment.id] or 0 for experiment in left) / workers
    end = f"{folder.as_posix()}: {_counted(list(statuses.values()))}; {len(left)} to make"
    if left:
        end += f", about {duration(total)}" + (f" with {workers} workers" if workers > 1 else "")
    if later:
        assert isinstance(plan, SearchPlan)
        each = sum(one or 0 for one in seconds.values()) / len(seconds) * plan.seeds / workers
        total += later * each
        end += (
            f"\nand {later} trials to come, which depend on what these come to; about {duration(total)} in all"
        )
    return "\n".join([as_text(lines, left=4), "", end])


def _seconds(experiments: Sequence[Experiment]) -> dict[str, float | None]:
    """Return by id about how long runs will take; None where a component breaks, as the run itself will say."""
    stopwatch, seconds = Stopwatch(), dict[str, float | None]()
    for experiment in experiments:
        try:
            seconds[experiment.id] = stopwatch.seconds(experiment)
        except Exception:
            seconds[experiment.id] = None
    return seconds


def _about(seconds: float | None) -> str:
    return "?" if seconds is None else duration(seconds)


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
