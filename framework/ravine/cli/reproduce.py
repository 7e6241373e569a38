"""Reproduce: makes every experiment of the chapter in one folder, with one page that shows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ravine.base.durations import duration
from ravine.base.errors import IncompleteError, MissingPackageError
from ravine.cli.report import entry, write_report
from ravine.config.command import planned
from ravine.evidence.verdicts import Findings
from ravine.execution.estimate import Stopwatch, share_left
from ravine.execution.preflight import check
from ravine.execution.rounds import run_rounds
from ravine.execution.run_once import done
from ravine.plans.plan import Plan
from ravine.records.study import Study
from ravine.records.weights import Stored
from ravine.registry.provenance import warn_of_changes
from ravine.reports.chapter import Item, by_section, chapter, findings_in
from ravine.reports.outcomes import tally
from ravine.reports.report.page import Entry
from ravine.reports.report.pictures import drawn
from ravine.reports.report.published import agreement
from ravine.reports.weights import kept, stored

__all__ = [
    "reproduce",
]


def reproduce(profile: str, folder: Path, say: Callable[[str], None]) -> None:
    """Make every experiment that has not been made yet, in the chapter's order.

    Parameters
    ----------
    profile : "quick" or "full"
        Whether experiments are shortened, or made as they are.
    folder : Path
        The folder for studies and ``index.html``.
    say : callable
        Is called with each line for the user.

    Raises
    ------
    ConfigError, OSError, ValueError
        If an experiment cannot be run; nothing has run then.
    IncompleteError
        If runs failed; the others are made.
    """
    say(f"checking {len(chapter())} experiments")
    plans: dict[Item, Plan] = {}
    for item in chapter():
        try:
            plan = planned(item.overrides(profile))
            for _, stage in plan.known(folder / item.name):
                check(stage)
        except MissingPackageError as error:
            say(f"{item.name} is left out: {error}")
        else:
            plans[item] = plan
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    found = _made_before(folder, page, {item.name: plan for item, plan in plans.items()})
    _announce(plans, found, folder, say)
    unmade: list[str] = []
    for number, (item, plan) in enumerate(plans.items(), start=1):
        say(f"\n[{number}/{len(plans)}] {item.command(profile)}")
        if item.name not in found or not found[item.name].is_whole:
            try:
                for place, stage in plan.stages(folder / item.name):
                    findings = run_rounds(place, stage, alone=True)
                findings = replace(findings, lost=[*findings.lost, *plan.lost])
                found[item.name] = _made(findings, page, plan)
                del findings
            except IncompleteError as error:
                say(f"not made: {error}")
                unmade.append(f"{item.name}: {error}")
                found.pop(item.name, None)
                continue
            _write_index(profile, found, page)
        for verdict in found[item.name].entry.verdicts:
            say(str(verdict))
        if chance := found[item.name].chance:
            say(chance)
    _write_index(profile, found, page)
    made = {item.name: found[item.name] for item in plans if item.name in found}
    verdicts = [verdict for one in made.values() for verdict in one.entry.verdicts]
    if weights := kept(file for one in made.values() for file in one.weights):
        say(f"\n{weights}; no figure or claim needs them, and they can be removed")
    say(f"\n{len(verdicts)} claims: {tally(verdicts)}")
    if profile == "full":
        say(agreement({name: one.entry.verdicts for name, one in made.items()}))
    say(page.as_posix())
    lost = [*unmade, *(f"{name}: {sentence}" for name, one in made.items() for sentence in one.lost)]
    if failed := sum(one.failed for one in made.values()):
        lost.append(f"failed runs: {failed}; the same command makes them again")
    if lost:
        raise IncompleteError("\nravine: ".join(lost))


@dataclass(frozen=True)
class _Made:
    """What is kept of a study of the folder: not its runs, so that memory does not grow with the chapter."""

    entry: Entry
    chance: str
    lost: Sequence[str]
    weights: Sequence[Stored]
    failed: int
    is_made: bool
    is_whole: bool


def _made_before(folder: Path, page: Path, plans: Mapping[str, Plan]) -> dict[str, _Made]:
    """Return what is known of the folder's studies by their names."""
    made = {}
    for found in findings_in(folder):
        warn_of_changes(found.study)
        name = found.study.folder.name
        made[name] = _made(found, page, plans.get(name))
    return made


def _made(found: Findings, page: Path, plan: Plan | None) -> _Made:
    """Return what is kept of a study; without a plan it is not of the chapter."""
    study = found.study
    is_made = plan is not None and _is_made(study, plan)
    return _Made(
        entry=entry(found, page),
        chance=found.chance,
        lost=found.lost,
        weights=stored(study),
        failed=sum(run.status == "failed" for run in study.runs.values()),
        is_made=is_made,
        is_whole=is_made and plan is not None and _is_whole(study, plan),
    )


def _announce(
    plans: Mapping[Item, Plan], found: Mapping[str, _Made], folder: Path, say: Callable[[str], None]
) -> None:
    """Say what will be made, and about how long it will take."""
    stopwatch, total = Stopwatch(), 0.0
    width = max(len(item.name) for item in plans)
    section = ""
    for item, plan in plans.items():
        if item.section != section:
            say(f"\n{item.section}")
            section = item.section
        is_made, seconds = item.name in found and found[item.name].is_made, 0.0
        for place, stage in plan.known(folder / item.name):
            first = stage.first.experiments
            left = [experiment for experiment in first if not done(place, experiment)]
            # Only the first round of a search that learns is known: that is made, and others are not.
            left = [] if is_made else left or first
            of_left = (stopwatch.seconds(e) * share_left(place, e) for e in left)
            seconds += sum(of_left) * stage.total / len(first)
        total += seconds
        text = "done before" if is_made else f"about {duration(seconds)}"
        count = f"{plan.total} runs" if plan.total > 1 else "1 run"
        say(f"  {item.name:{width}}  {count:>8}  {text}")
    say(f"\nabout {duration(total)} of training in all, and some time for figures; into {folder.as_posix()}")


def _is_whole(study: Study, plan: Plan) -> bool:
    """Whether a study that is made has these figures and claims, and its figures are newer than its runs."""
    about = plan.subject
    asks = (study.ledger.figures, study.ledger.claims) == (list(about.figures), list(about.claims))
    return asks and drawn(study)


def _is_made(study: Study, plan: Plan) -> bool:
    """Whether a study has exactly the runs of a plan; for a search, as many trials."""
    ended = all(run in study.runs and study.runs[run].status != "failed" for run in study.ledger.runs)
    return ended and plan.is_made(study)


def _write_index(profile: str, found: Mapping[str, _Made], page: Path) -> None:
    names = {item.name for item in chapter()}
    # The folder may have other studies.
    n = len(names & found.keys())
    unfinished = f", {n} of {len(names)} experiments so far" if n < len(names) else ""
    title = f"The chapter, {profile} profile{unfinished}"
    write_report(title, by_section([one.entry for one in found.values()], lambda entry: entry.folder), page)
