"""Reproduction: every experiment of the chapter into one folder, with one page that shows them all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ravine.base.errors import MissingPackageError, RunsFailedError
from ravine.config.command import planned
from ravine.evidence.verdicts import judged
from ravine.execution.estimate import Stopwatch
from ravine.execution.preflight import check
from ravine.execution.progress import duration
from ravine.execution.rounds import run_rounds
from ravine.execution.run_once import done
from ravine.plans.plan import Plan
from ravine.plans.search import SearchPlan
from ravine.records.files import write_atomically
from ravine.registry.provenance import load_study
from ravine.reports.chapter import Item, chapter, studies
from ravine.reports.pages import figures, index_page, tally

__all__ = [
    "reproduce",
]


def reproduce(profile: str, folder: Path, say: Callable[[str], None]) -> None:
    """Make every experiment that is not made yet, in the chapter's order.

    Parameters
    ----------
    profile : "quick" or "full"
        Whether experiments are shortened or as they are.
    folder : Path
        Where studies and ``index.html`` go.
    say : callable
        Gets what there is to tell the user, line by line.

    Raises
    ------
    ConfigError, OSError, ValueError
        If an experiment cannot be run; nothing has run then.
    RunsFailedError
        If runs failed; the others are made.
    """
    say(f"checking {len(chapter())} experiments")
    plans: dict[Item, Plan | SearchPlan] = {}
    for item in chapter():
        plan = planned(item.overrides(profile))
        try:
            check(plan.first.experiments, plan.first.search)
        except MissingPackageError as error:
            say(f"{item.name} is left out: {error}")
        else:
            plans[item] = plan
    folder.mkdir(parents=True, exist_ok=True)
    _announce(plans, folder, say)
    failed = 0
    for number, (item, plan) in enumerate(plans.items(), start=1):
        place = folder / item.name
        say(f"\n[{number}/{len(plans)}] {item.command(profile)}")
        if not _is_whole(place, plan):
            run_rounds(place, plan, alone=True)
            _write_index(profile, folder)
        study = load_study(place)
        for verdict in judged(study):
            say(str(verdict))
        failed += sum(run.status == "failed" for run in study.runs.values())
    _write_index(profile, folder)
    verdicts = [v for group in studies(folder).values() for study in group for v in judged(study)]
    say(f"\n{len(verdicts)} claims: {tally(verdicts)}\n{(folder / 'index.html').as_posix()}")
    if failed:
        raise RunsFailedError(f"failed runs: {failed}; the same command makes them again")


def _announce(plans: dict[Item, Plan | SearchPlan], folder: Path, say: Callable[[str], None]) -> None:
    """Say what will be made, and about how long it will take."""
    stopwatch, total = Stopwatch(), 0.0
    width = max(len(item.name) for item in plans)
    section = ""
    for item, plan in plans.items():
        if item.section != section:
            say(f"\n{item.section}")
            section = item.section
        known = plan.first.experiments
        left = [experiment for experiment in known if not done(folder / item.name, experiment)]
        if not left and not _is_made(folder / item.name, plan):
            left = known  # of a search that learns, these are made and others are not
        seconds = sum(map(stopwatch.seconds, left)) * plan.total / len(known)
        total += seconds
        text = f"about {duration(seconds)}" if left else "done before"
        count = f"{plan.total} runs" if plan.total > 1 else "1 run"
        say(f"  {item.name:{width}}  {count:>8}  {text}")
    say(f"\nabout {duration(total)} of training in all, and drawing besides; into {folder.as_posix()}")


def _is_whole(place: Path, plan: Plan | SearchPlan) -> bool:
    """Whether a study has these runs alone, asks what they ask, and was drawn since the last one ended."""
    try:
        study = load_study(place)
    except ValueError:
        return False
    last = plan.first.experiments[-1]
    asks = (study.ledger.figures, study.ledger.claims) == (list(last.figures), list(last.claims))
    drawn = figures(study)
    if not asks or not _is_made(place, plan) or len(drawn) < len(study.ledger.figures):
        return False
    ended = max((place / run / "run.json").stat().st_mtime_ns for run in study.ledger.runs)
    return all(path.stat().st_mtime_ns >= ended for path in drawn)


def _is_made(place: Path, plan: Plan | SearchPlan) -> bool:
    """Whether a study has the runs of a plan, all of them and no others; of a search, as many trials."""
    try:
        study = load_study(place)
    except ValueError:
        return False
    known = [experiment.id for experiment in plan.first.experiments]
    if not all(run in study.runs and study.runs[run].status != "failed" for run in study.ledger.runs):
        return False
    if isinstance(plan, SearchPlan):
        assert plan.first.search is not None
        trials = sum(one["trials"] for one in plan.first.search["searches"])
        return study.ledger.runs[: len(known)] == known and len(study.tried) == trials
    return study.ledger.runs == known


def _write_index(profile: str, folder: Path) -> None:
    sections, whole = studies(folder), len(chapter())
    made = sum(len(group) for group in sections.values())
    unfinished = f", {made} of {whole} experiments so far" if made < whole else ""
    page = index_page(f"The chapter, {profile} profile{unfinished}", sections, folder)
    write_atomically(folder / "index.html", page.encode())
