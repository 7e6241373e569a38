"""Sending: runs to the machines that a launcher of Hydra knows, into a folder that all of them see."""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ravine.base.errors import ConfigError
from ravine.config.jobs import job_of
from ravine.engine.experiment import Experiment
from ravine.evidence.verdicts import Findings
from ravine.execution.finish import finish
from ravine.execution.pool import Workers
from ravine.execution.progress import Progress
from ravine.execution.rounds import again, begin
from ravine.execution.run_once import done
from ravine.plans.plan import Plan, Round
from ravine.records.run import Run
from ravine.records.study import load_study

__all__ = [
    "job",
    "send",
]


_PATIENCE = 5  # seconds


def send(plan: Plan, launcher: Any, folder: Path) -> Findings:
    """Have a launcher make the runs of a plan that are not made yet, and finish the study.

    Parameters
    ----------
    plan : Plan
        What to run.
    launcher : Hydra launcher
        Gets the runs as jobs.
    folder : Path
        The study's, which all machines see.

    Raises
    ------
    ConfigError
        If runs were to be pruned, or left after one that fails: no job hears of the others.
    KeyboardInterrupt
        On Ctrl-C, after the table of what has ended is written.
    """
    if plan.prunes:
        raise ConfigError("search.prune=true goes with runs of this machine, not with a launcher")
    if plan.subject.execution.on_error == "stop":
        raise ConfigError("on_error=stop goes with runs of this machine: a launcher gets several at once")
    asked: list[Experiment] = []
    progress = Progress(plan.total)
    try:
        for each in plan.rounds(folder):
            asked += each.experiments
            begin(folder, plan, asked, search=each.search)
            if not _send(each, launcher, folder, progress):
                break
    except KeyboardInterrupt:
        with contextlib.suppress(ValueError):  # nothing is written yet
            load_study(folder).write_table()
        print(f"\nravine: jobs that are queued may go on; ravine status {folder} shows it", file=sys.stderr)
        raise
    return finish(folder)


def _send(each: Round, launcher: Any, folder: Path, progress: Progress) -> bool:
    """Have a launcher make the runs of a round that are left; return whether the study goes on.

    Launchers wait for their jobs in order, and stop at one that has died. Those behind it are sent again then:
    what still goes on holds its folder and is waited for, what has ended is found.
    """
    asked = [experiment for experiment in each.experiments if not done(folder, experiment)]
    for sentence in again(folder, asked):
        print(f"ravine: {sentence}", file=sys.stderr)
    progress.skip(len(each.experiments) - len(asked))
    words = {e.id: _words(e, job, folder) for e, job in zip(each.experiments, each.jobs, strict=True)}
    errors: dict[str, str] = {}
    left = asked
    while left:
        where = f"{type(launcher).__name__}; ravine status {folder} follows them"
        print(f"ravine: {len(left)} run{'s go' if len(left) > 1 else ' goes'} to {where}", file=sys.stderr)
        try:
            _reach(launcher)
            jobs = launcher.launch([words[experiment.id] for experiment in left], initial_job_idx=0)
        except Exception as error:
            why = ": ".join([type(error).__name__, *str(error).strip().splitlines()[-1:]])
            left = [experiment for experiment in left if not (folder / experiment.id / "run.json").exists()]
            if left and not (folder / left[0].id).exists():  # no job has begun: the launcher itself fails
                print(f"ravine: warning: {type(launcher).__name__} stopped: {why}", file=sys.stderr)
                return False
            errors.update((experiment.id, why) for experiment in left[:1])
            left = left[1:]
        else:
            results = zip(left, (job._return_value for job in jobs), strict=True)
            errors |= {e.id: str(result) for e, result in results if isinstance(result, Exception)}
            break
    for experiment, name in zip(each.experiments, each.labels, strict=True):
        if experiment in asked:
            place = folder / experiment.id
            try:
                progress.end(name, Run.load(place), place)
            except (FileNotFoundError, ValueError) as error:
                progress.tell(name, f"not made: {errors.get(experiment.id, error)}")
    return True


def _reach(launcher: Any) -> None:
    """Make sure that a Ray cluster answers; Ray itself would try for minutes, and print what it tries.

    Raises
    ------
    ConnectionError
        If it does not.
    """
    if type(launcher).__name__ != "RayLauncher":
        return
    given = launcher.ray_cfg.init.get("address")
    where = given if given not in (None, "auto") else os.environ.get("RAY_ADDRESS", "")
    host, _, port = where.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():  # local, or auto: Ray knows itself where that is
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise ConnectionError(f"no Ray cluster answers at {where}: {error.strerror or error}") from error


def _words(experiment: Experiment, job: Sequence[str], folder: Path) -> list[str]:
    """Return a job's overrides: the run's, and where it lies on the file system that all machines share."""
    place = str(folder.resolve()).replace("'", "\\'")
    return [*job, "claims=[]", f"hydra.sweep.dir='{place}'", f"hydra.sweep.subdir={experiment.id}"]


def job(cfg: Any) -> None:
    """Make one run of a grid where a launcher has sent it.

    A process of its own makes it: if that dies, the job fails like any other, where the launcher would have
    stopped to wait for all jobs if it were its own.
    """
    experiment, subject, place = job_of(cfg)
    if experiment.id != place.name:
        raise ConfigError(
            f"plugins, versions or data on {platform.node()} are others than those of the command"
        )
    workers = Workers(1)
    try:
        for _, error in workers.make(
            place.parent, [experiment], subject, lambda _: contextlib.nullcontext(_unheard)
        ):
            if error:
                raise error
    finally:
        workers.dismiss()


def _unheard(step: int, steps: int, loss: float) -> None:
    """Take no notice of a run's steps, of which a launcher has no way to tell."""
