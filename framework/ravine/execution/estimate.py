"""Estimate: how long runs will take on this machine, measured on a few of their steps."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ravine.base.durations import duration
from ravine.base.tables import as_text
from ravine.engine.experiment import Experiment
from ravine.execution.pool import workers_for
from ravine.plans.plan import Plan, Stage
from ravine.records.checkpoint import Checkpoint
from ravine.records.ledger import LEDGER, Ledger, refuse_mixture
from ravine.records.run import is_done
from ravine.records.study import Study, load_study
from ravine.registry.provenance import warn_of_changes
from ravine.reports.status import counted

__all__ = [
    "Stopwatch",
    "forecast",
    "share_left",
]


# Steps that are timed.
_STEPS = 8


@dataclass(frozen=True)
class _Timed:
    """What a kind of run takes: seconds of a step and of an evaluation, and how many steps an epoch has.

    It does not hold the problem, which has a copy of the data: a search has as many kinds as trials.
    """

    step: float
    evaluation: float
    steps_per_epoch: int | None


class Stopwatch:
    """Estimates how long runs take, from a few steps of one run of each kind."""

    def __init__(self) -> None:
        self._timed: dict[str, _Timed] = {}

    def seconds(self, experiment: Experiment) -> float:
        """Return about how long a run will take, in seconds.

        Raises
        ------
        OSError, ValueError
            If its data cannot be read, or the network does not fit them.
        """
        keys = ("problem", "dataset", "network", "loss", "probes")
        config = experiment.config
        sections = [config.get(key) for key in keys]
        kind = json.dumps([*sections, config["optimizer"]["name"], config["training"].get("batch_size")])
        if kind not in self._timed:
            begin = time.perf_counter()
            run = experiment.rehearse(_STEPS)
            # A rehearsal evaluates twice, at its start and at its end.
            evaluation = (time.perf_counter() - begin - run.seconds) / 2
            epoch = experiment.problem().steps_per_epoch
            self._timed[kind] = _Timed(run.seconds / max(run.step, 1), evaluation, epoch)
        timed, training = self._timed[kind], experiment.training
        steps = training.budget(timed)
        return steps * timed.step + (2 + (steps - 1) // training.interval(timed)) * timed.evaluation


def share_left(folder: Path, experiment: Experiment) -> float:
    """Return the share of a run's steps that are still to make: 1 without a checkpoint.

    Parameters
    ----------
    folder : Path
        The study's.
    experiment : Experiment
        Whose run it is.
    """
    found = Checkpoint.newest(folder / experiment.id)
    return 1 - found.step / experiment.training.budget(experiment.problem()) if found else 1.0


def forecast(folder: Path, plan: Plan) -> str:
    """Return what a command would make, run by run, and about how long it would take.

    Raises
    ------
    OSError, ValueError
        If the data cannot be read, or the folder does not hold a study, or holds one to which these runs do not
        belong.
    """
    *before, (place, last) = plan.known(folder)
    texts = [_forecast(*each) for each in before]
    if plan.is_settled(folder):
        return "\n\n".join([*texts, _forecast(place, last)])
    runs = last.first.experiments
    seconds = sum(known or 0 for known in _seconds(runs).values()) / workers_for(runs, plan.subject)
    texts.append(f"{place.as_posix()}: then {len(runs)} runs of what these choose, about {duration(seconds)}")
    return "\n\n".join(texts)


def _forecast(folder: Path, plan: Stage) -> str:
    refuse_mixture(folder, plan.first.search)
    try:
        before = load_study(folder)
        warn_of_changes(before)
    except ValueError:
        if (folder / LEDGER).exists():
            raise
        before = Study(folder, Ledger("", [], [], []), {})
    runs, later = plan.foreseen(before.ledger.search)
    statuses = {experiment.id: before.status(experiment.id) for experiment in runs.experiments}
    left = [e for e in runs.experiments if not is_done(statuses[e.id], pruned=plan.prunes)]
    seconds = _seconds(runs.experiments if later else left)
    to_make = {e.id: whole * share_left(folder, e) for e in left if (whole := seconds[e.id]) is not None}
    lines = [["run", "status", "about", ""]]
    for experiment, name in zip(runs.experiments, runs.labels, strict=True):
        about = _about(to_make.get(experiment.id)) if experiment in left else "-"
        lines.append([experiment.id, statuses[experiment.id], about, name])
    workers = workers_for(left or runs.experiments, plan.subject)
    total = sum(to_make.values()) / workers
    end = f"{folder.as_posix()}: {counted(list(statuses.values()))}; {len(left)} to make"
    if left:
        end += f", about {duration(total)}" + (f" with {workers} workers" if workers > 1 else "")
    if later:
        trial = sum(known or 0 for known in seconds.values()) / len(seconds) * plan.seeds / workers
        total += later * trial
        end += (
            f"\nand {later} later trials, which depend on the values of these; about {duration(total)} in all"
        )
    return "\n".join([as_text(lines, left=4), "", end])


def _seconds(experiments: Sequence[Experiment]) -> dict[str, float | None]:
    """Return by id about how long runs will take; None if a component fails; the run itself reports it."""
    stopwatch, seconds = Stopwatch(), dict[str, float | None]()
    for experiment in experiments:
        try:
            seconds[experiment.id] = stopwatch.seconds(experiment)
        except Exception:
            seconds[experiment.id] = None
    return seconds


def _about(seconds: float | None) -> str:
    return "?" if seconds is None else duration(seconds)
