"""Rounds: make the runs of a plan on this machine, round by round, each run once."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from ravine.base.standard_error import say
from ravine.engine.experiment import Experiment
from ravine.evidence.verdicts import Findings
from ravine.execution.finish import finish
from ravine.execution.interrupt import stop_if_asked
from ravine.execution.pool import Makers
from ravine.execution.progress import Progress
from ravine.execution.run_once import done
from ravine.execution.tracking import untold
from ravine.plans.plan import Round, Stage
from ravine.records.axes import flat
from ravine.records.ledger import Ledger
from ravine.records.locks import making
from ravine.records.run import Run, question
from ravine.records.searches import SearchRecord
from ravine.records.study import load_study
from ravine.registry.provenance import differences, outdated

__all__ = [
    "begin",
    "run_rounds",
]


def run_rounds(folder: Path, plan: Stage, *, alone: bool = False, makers: Makers | None = None) -> Findings:
    """Make the runs that have not ended yet, several side by side, and finish the study.

    Parameters
    ----------
    folder : Path
        The study's.
    plan : Stage
        What to run.
    alone : bool
        Whether these are all the runs of the study, whatever earlier commands asked for.
    makers : Makers, optional
        What makes the runs, if it has been told of them already. It is closed afterwards.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, after the table of what has ended is written.
    """
    asked: list[Experiment] = []
    # Runs that had been made before, as they were read to see that they are.
    before: dict[str, Run] = {}
    progress = Progress(plan.total)
    makers = makers or Makers(folder, plan.subject)
    with contextlib.ExitStack() as held, contextlib.closing(makers):
        try:
            for runs in plan.rounds(folder):
                if not asked:
                    # Not before: a plan that cannot be made leaves no folder.
                    held.enter_context(making(folder))
                asked += runs.experiments
                begin(folder, plan, asked, search=runs.search, alone=alone)
                if not _make(runs, makers, progress, before):
                    break
        except KeyboardInterrupt:
            makers.close()
            progress.close()
            # ValueError: nothing is written yet.
            with contextlib.suppress(ValueError):
                load_study(folder).write_table()
            raise
        progress.close()
        return finish(folder, makers, before)


def _make(runs: Round, makers: Makers, progress: Progress, before: dict[str, Run]) -> bool:
    """Make the runs of a round that are not made yet, and note those that are; return whether it goes on."""
    folder = makers.folder
    labels = dict(zip((experiment.id for experiment in runs.experiments), runs.labels, strict=True))
    pruned = runs.rule is not None
    made = {one.id: run for one in runs.experiments if (run := done(folder, one, pruned=pruned))}
    left = [one for one in runs.experiments if one.id not in made]
    before |= made
    for sentence in again(folder, left):
        say(f"ravine: {sentence}")
    progress.skip(len(runs.experiments) - len(left))
    for sentence in untold(folder, len(runs.experiments) - len(left), makers.subject.track):
        say(f"ravine: {sentence}")
    results = makers.make(left, lambda experiment: progress.run(labels[experiment.id]), runs.rule)
    with contextlib.closing(results):
        for experiment, error in results:
            name, place = labels[experiment.id], folder / experiment.id
            # A process may die after its run has ended.
            run = done(folder, experiment) if error else Run.load(place)
            if run:
                progress.end(name, run, place)
            else:
                progress.tell(name, f"not made: {error}")
            if makers.subject.execution.on_error == "stop" and (run is None or run.status == "failed"):
                return False
            stop_if_asked()
    return True


def again(folder: Path, left: Sequence[Experiment]) -> list[str]:
    """Return sentences on runs that were made before and are made again, and why."""
    reasons: Counter[str] = Counter()
    for experiment in left:
        records = folder.glob(f"{question(experiment.id)}-*/run.json")
        for record in sorted(records, key=lambda path: path.stat().st_mtime_ns)[-1:]:
            try:
                before = Run.load(record.parent)
            except ValueError as error:
                reasons[str(error)] += 1
                continue
            ended = {"failed": ["it failed"], "pruned": ["it was pruned"]}.get(before.status, [])
            changed = differences(before.provenance["made_of"], experiment.made_of) + outdated(before)
            reasons.update(changed or ended)
    return [
        f"1 run is made again: {sentence}" if n == 1 else f"{n} runs are made again: {_of_each(sentence)}"
        for sentence, n in reasons.items()
    ]


def _of_each(sentence: str) -> str:
    """Return a sentence on one run as one on several: ``each failed``."""
    return f"each {sentence[3:]}" if sentence.startswith("it ") else sentence


def begin(
    folder: Path,
    plan: Stage,
    experiments: Sequence[Experiment],
    *,
    search: SearchRecord | None = None,
    alone: bool = False,
) -> None:
    """Write into the ledger which runs, figures and claims a study has; see ``run_rounds``."""
    about = plan.subject
    asked = {experiment.id: flat(experiment.config) for experiment in experiments}
    figures, claims = list(about.figures), list(about.claims)
    chosen: dict[str, dict[str, str]] = {}
    for experiment in experiments:
        if experiment.chosen:
            chosen.setdefault(experiment.id, dict(experiment.chosen))
    ledger = Ledger(
        plan.command, figures, claims, list(asked), about.question, asked, search, chosen, about.source
    )
    if plan.alone and (gone := _left_out(folder, asked)):
        runs = "1 run" if gone == 1 else f"{gone} runs"
        rest = "of an earlier comparison stay in their folders, and are not part of it"
        say(f"ravine: {folder}: {runs} {rest}")
    ledger.write(folder, alone=alone or plan.alone)


def _left_out(folder: Path, asked: Collection[str]) -> int:
    """Return how many runs of a folder's study are not asked for."""
    try:
        return len({*Ledger.read(folder).runs} - {*asked})
    except ValueError:
        return 0
