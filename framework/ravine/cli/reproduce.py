"""Reproduce: makes every experiment of the chapter in one folder, with one page that shows them all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from ravine.base.durations import duration
from ravine.base.errors import IncompleteError, MissingPackageError
from ravine.cli.report import write_report
from ravine.config.command import planned
from ravine.evidence.verdicts import Findings
from ravine.execution.estimate import Stopwatch, share_left
from ravine.execution.preflight import check
from ravine.execution.rounds import run_rounds
from ravine.execution.run_once import done
from ravine.plans.plan import Plan
from ravine.registry.provenance import warn_of_changes
from ravine.reports.chapter import Item, by_section, chapter, findings_in
from ravine.reports.outcomes import tally
from ravine.reports.report.pictures import drawn
from ravine.reports.weights import kept

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
    found = {findings.study.folder.name: findings for findings in findings_in(folder)}
    for findings in found.values():
        warn_of_changes(findings.study)
    _announce(plans, found, folder, say)
    unmade: list[str] = []
    for number, (item, plan) in enumerate(plans.items(), start=1):
        say(f"\n[{number}/{len(plans)}] {item.command(profile)}")
        if not _is_whole(found.get(item.name), plan):
            try:
                for place, stage in plan.stages(folder / item.name):
                    findings = run_rounds(place, stage, alone=True)
                    found[item.name] = replace(findings, lost=[*findings.lost, *plan.lost])
            except IncompleteError as error:
                say(f"not made: {error}")
                unmade.append(f"{item.name}: {error}")
                found.pop(item.name, None)
                continue
            _write_index(profile, found.values(), folder)
        for verdict in found[item.name].verdicts:
            say(str(verdict))
        if chance := found[item.name].chance:
            say(chance)
    _write_index(profile, found.values(), folder)
    verdicts = [verdict for findings in found.values() for verdict in findings.verdicts]
    made = {item.name: found[item.name] for item in plans if item.name in found}
    if weights := kept(*(findings.study for findings in made.values())):
        say(f"\n{weights}; no figure or claim needs them, and they can be removed")
    say(f"\n{len(verdicts)} claims: {tally(verdicts)}\n{(folder / 'index.html').as_posix()}")
    runs = [run for findings in made.values() for run in findings.study.runs.values()]
    lost = [*unmade, *(f"{name}: {sentence}" for name, findings in made.items() for sentence in findings.lost)]
    if failed := sum(run.status == "failed" for run in runs):
        lost.append(f"failed runs: {failed}; the same command makes them again")
    if lost:
        raise IncompleteError("\nravine: ".join(lost))


def _announce(
    plans: Mapping[Item, Plan], found: Mapping[str, Findings], folder: Path, say: Callable[[str], None]
) -> None:
    """Say what will be made, and about how long it will take."""
    stopwatch, total = Stopwatch(), 0.0
    width = max(len(item.name) for item in plans)
    section = ""
    for item, plan in plans.items():
        if item.section != section:
            say(f"\n{item.section}")
            section = item.section
        is_made, seconds = _is_made(found.get(item.name), plan), 0.0
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


def _is_whole(found: Findings | None, plan: Plan) -> bool:
    """Whether a study has exactly these runs, figures and claims, and its figures are newer than its runs."""
    if not found or not _is_made(found, plan):
        return False
    study, about = found.study, plan.subject
    asks = (study.ledger.figures, study.ledger.claims) == (list(about.figures), list(about.claims))
    return asks and drawn(study)


def _is_made(found: Findings | None, plan: Plan) -> bool:
    """Whether a study has exactly the runs of a plan; for a search, as many trials."""
    if not found:
        return False
    study = found.study
    ended = all(run in study.runs and study.runs[run].status != "failed" for run in study.ledger.runs)
    return ended and plan.is_made(study)


def _write_index(profile: str, found: Collection[Findings], folder: Path) -> None:
    whole = len(chapter())
    unfinished = f", {len(found)} of {whole} experiments so far" if len(found) < whole else ""
    title = f"The chapter, {profile} profile{unfinished}"
    write_report(title, by_section(found), folder / "index.html")
