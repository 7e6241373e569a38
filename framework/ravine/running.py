"""Running: experiments into a study's folder, each once, whatever happens in between."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import warnings
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ravine import config, registry
from ravine.architecture import Named
from ravine.claims import Claim, Verdict, judge
from ravine.drawing import draw
from ravine.execution import cores
from ravine.experiment import Experiment
from ravine.files import WriteError, remove
from ravine.ledger import Ledger, flat
from ravine.making import done, make
from ravine.planning import Plan, Round
from ravine.progress import Progress
from ravine.provenance import differences
from ravine.pruning import MedianRule
from ravine.recording import Run, question
from ravine.search import SearchPlan
from ravine.stopping import stop_if_asked
from ravine.study import Study, load_study
from ravine.vetting import where
from ravine.workers import Follow, Workers

__all__ = ["begin", "finish", "judged", "run_all", "run_rounds", "workers_for"]


def run_all(
    folder: Path,
    command: str,
    experiments: Sequence[Experiment],
    names: Sequence[str],
    *,
    alone: bool = False,
) -> Study:
    """Make the runs that have not ended yet, and finish the study; see ``run_rounds``."""
    round_ = Round(list(experiments), [[name] for name in names])
    return run_rounds(folder, Plan(folder.name, command, round_), alone=alone)


def run_rounds(folder: Path, plan: Plan | SearchPlan, *, alone: bool = False) -> Study:
    """Make the runs that have not ended yet, side by side where there are several, and finish the study.

    Parameters
    ----------
    folder : Path
        The study's.
    plan : Plan or SearchPlan
        What to run.
    alone : bool
        Whether these are all the runs of the study, whatever earlier commands asked for.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, after the table of what has ended is written.
    """
    asked: list[Experiment] = []
    progress = Progress(plan.total)
    with contextlib.closing(_Makers(folder)) as makers:
        try:
            for each in plan.rounds(folder):
                asked += each.experiments
                begin(folder, plan, asked, search=each.search, alone=alone)
                if not _made(each, makers, progress):
                    break
        except KeyboardInterrupt:
            makers.close()  # what still goes on ends here
            progress.close()
            with contextlib.suppress(ValueError):  # nothing is written yet
                load_study(folder).write_table()
            raise
        progress.close()
        return finish(folder, makers)


def _made(each: Round, makers: _Makers, progress: Progress) -> bool:
    """Make the runs of a round that are left; return whether the study goes on."""
    folder = makers.folder
    called = dict(zip((experiment.id for experiment in each.experiments), each.labels, strict=True))
    pruned = each.rule is not None
    left = [experiment for experiment in each.experiments if not done(folder, experiment, pruned=pruned)]
    for sentence in again(folder, left):
        print(f"ravine: {sentence}", file=sys.stderr)
    progress.skip(len(each.experiments) - len(left))
    made = makers.make(left, lambda experiment: progress.run(called[experiment.id]), each.rule)
    with contextlib.closing(made):
        for experiment, error in made:
            name, place = called[experiment.id], folder / experiment.id
            run = done(folder, experiment) if error else Run.load(place)  # it may have died after the end
            if run:
                progress.end(name, run, place)
            else:
                progress.tell(name, f"not made: {error}")
            if experiment.execution.on_error == "stop" and (run is None or run.status == "failed"):
                return False
            stop_if_asked()
    return True


class _Makers:
    """What makes the runs of a study: this process, or as many others as there are cores."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._workers: Workers | None = None

    def make(
        self, left: Sequence[Experiment], follow: Follow, rule: MedianRule | None
    ) -> Generator[tuple[Experiment, Exception | None]]:
        """Make runs, and yield each with what kept it from being made."""
        number = workers_for(left)
        if number > 1:
            self._workers = self._workers or Workers(number)
            yield from self._workers.make(self.folder, left, follow, rule)
            return
        for experiment in left:
            try:
                with follow(experiment) as on_step:
                    make(self.folder, experiment, on_step, rule)
            except OSError as error:
                yield experiment, error
            else:
                yield experiment, None

    def draw(self, figures: Sequence[Named]) -> set[str]:
        """Draw several figures where others made runs; return which are drawn, for those left say why."""
        if not self._workers or len(figures) < 2:
            return set()
        drawn = (each for each, error in self._workers.draw(self.folder, figures) if not error)
        return {each if isinstance(each, str) else each["name"] for each in drawn}

    def close(self) -> None:
        """End what still goes on."""
        if self._workers:
            self._workers.dismiss()


def workers_for(left: Sequence[Experiment]) -> int:
    """Return how many processes shall make runs side by side."""
    asked = min((e.execution.workers or _fitting(e) for e in left), default=1)
    known = {plugin.name for plugin in registry.load().plugins}  # those that another process has too
    here = any(entry.plugin not in known for e in left for entry in e.used.values())
    return 1 if here or not left else min(asked, len(left))


def _fitting(experiment: Experiment) -> int:
    """Return how many runs like this one the cores have room for; a descent ends before a process starts."""
    return max(1, cores() // experiment.training.threads) if experiment.dataset else 1


def again(folder: Path, left: Sequence[Experiment]) -> list[str]:
    """Return sentences on runs that were made before and are made again, and why."""
    why: Counter[str] = Counter()
    for experiment in left:
        records = folder.glob(f"{question(experiment.id)}-*/run.json")
        for record in sorted(records, key=lambda path: path.stat().st_mtime_ns)[-1:]:
            try:
                before = Run.load(record.parent)
            except ValueError as error:
                why[str(error)] += 1
                continue
            ended = {"failed": ["it failed"], "pruned": ["it was pruned"]}.get(before.status, [])
            why.update(differences(before.provenance["made_of"], experiment.made_of) or ended)
    return [f"{n} run{'s are' if n > 1 else ' is'} made again: {sentence}" for sentence, n in why.items()]


def begin(
    folder: Path,
    plan: Plan | SearchPlan,
    experiments: Sequence[Experiment],
    *,
    search: dict[str, Any] | None = None,
    alone: bool = False,
) -> None:
    """Write down what a study is asked for; see ``run_rounds``."""
    last = (experiments or plan.first.experiments)[-1]  # of a search that others share, all may be theirs
    asked = {experiment.id: flat(experiment.config) for experiment in experiments}
    figures, claims = list(last.figures), list(last.claims)
    ledger = Ledger(plan.command, figures, claims, list(asked), last.question, asked, search)
    ledger.write(folder, alone=alone)


def finish(folder: Path, makers: _Makers | None = None) -> Study:
    """Write a study's table, judge its claims and draw its figures, as far as its runs have got.

    Parameters
    ----------
    folder : Path
        The study's.
    makers : _Makers, optional
        What has made its runs, and draws side by side.

    Raises
    ------
    ValueError
        If the folder is no study.
    ConfigError
        If a figure or metric that it asks for is not installed.
    """
    study = load_study(folder)
    figures = config.figures(study.ledger.figures)
    study.write_table()
    if verdicts := [verdict.as_dict() for verdict in judged(study)]:
        text = json.dumps(verdicts, indent=2, allow_nan=False)
        study.write("claims.json", text.encode() + b"\n")
    else:
        remove(folder / "claims.json")
    registry.load().tell("ravine_study_end", study=study.copy())
    groups = study.groups()
    drawn = makers.draw(study.ledger.figures) if makers and groups else set()
    for name, figure in figures.items():
        if name in drawn:
            continue
        if not groups:
            _erase(study, name)
            continue
        try:
            draw(study, name, figure)
        except WriteError as error:
            warnings.warn(f"figure {name} is not drawn: {error}", stacklevel=2)
        except Exception as error:  # whatever a figure does, runs and table are safe
            _erase(study, name)
            place = "" if isinstance(error, ValueError) else where(error)
            why = f"{type(error).__name__}: {error}" + (f" ({place})" if place else "")
            warnings.warn(f"figure {name} is not drawn: {why}", stacklevel=2)
        stop_if_asked()
    return study


def judged(study: Study) -> list[Verdict]:
    """Return what a study's runs say of its claims, as far as they have got.

    Raises
    ------
    ConfigError
        If a metric is not installed.
    """
    return [_judged(claim, study) for claim in config.claims(study.ledger.claims)]


def _judged(claim: Claim, study: Study) -> Verdict:
    try:
        verdict = judge(claim, study)
    except Exception as error:  # whatever a metric does, the other claims are judged
        why = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        verdict = Verdict(claim.says, "inconclusive", 0, why=why)
    if verdict.why and study.to_come:
        verdict = replace(verdict, why=f"{verdict.why}; {study.trials}")
    return replace(verdict, under=_changed(study.ledger.command))


def _changed(command: str) -> str:
    """Return the settings that a command gives an experiment anew, without those that no claim rests on."""
    words = [word for word in shlex.split(command) if "=" in word]
    keys = [word.lstrip("+~").partition("=")[0] for word in words]
    if "experiment" not in keys or "claims" in keys:
        return ""
    same = {"experiment", "seed", "search.seed", "search.storage", *config.NOT_SCIENCE} - {"sampler"}
    return " ".join(
        word for word, key in zip(words, keys, strict=True) if key not in same and not key.startswith("hydra")
    )


def _erase(study: Study, name: str) -> None:
    """Take away a figure of earlier runs, which would be taken for one of these."""
    for suffix in ("png", "svg", "gif"):
        remove(study.folder / "figures" / f"{name}.{suffix}")
