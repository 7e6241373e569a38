"""Cluster: sends runs to the machines of a Hydra launcher, into a folder that all of them see."""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ravine.base.errors import ConfigError, PluginWarning
from ravine.base.standard_error import say
from ravine.base.types import Named
from ravine.base.warn import warn
from ravine.config.jobs import job_of
from ravine.engine.experiment import Experiment
from ravine.evidence.verdicts import Findings
from ravine.execution.finish import finish
from ravine.execution.orders import Warned
from ravine.execution.pool import Workers
from ravine.execution.progress import Progress
from ravine.execution.rounds import again, begin
from ravine.execution.run_once import done
from ravine.execution.tracking import untold
from ravine.plans.plan import Round, Stage
from ravine.records.locks import making
from ravine.records.run import Run
from ravine.records.study import load_study

__all__ = [
    "job",
    "send",
]


# Seconds to wait for an answer.
_PATIENCE = 5


def send(plan: Stage, launcher: Any, folder: Path) -> Findings:
    """Have a launcher make the runs of a plan that are not made yet, and finish the study.

    Parameters
    ----------
    plan : Stage
        What to run.
    launcher : Hydra launcher
        Gets the runs as jobs.
    folder : Path
        The study's, which all machines see.

    Raises
    ------
    ConfigError
        If the plan prunes, or stops after a failed run: no job knows what the others do.
    KeyboardInterrupt
        On Ctrl-C, after the table of what has ended is written.
    """
    if plan.prunes:
        raise ConfigError("search.prune=true needs runs on this machine; a launcher cannot prune")
    if plan.subject.execution.on_error == "stop":
        raise ConfigError("on_error=stop needs runs on this machine: a launcher gets several runs at once")
    asked: list[Experiment] = []
    progress = Progress(plan.total)
    with contextlib.ExitStack() as held:
        try:
            for runs in plan.rounds(folder):
                if not asked:
                    held.enter_context(making(folder))
                asked += runs.experiments
                begin(folder, plan, asked, search=runs.search)
                if not _send(runs, launcher, folder, progress, plan.subject.track):
                    break
        except KeyboardInterrupt:
            # ValueError: nothing is written yet.
            with contextlib.suppress(ValueError):
                load_study(folder).write_table()
            say(f"\nravine: jobs that are queued may go on; ravine status {folder} shows it")
            raise
        return finish(folder)


def _send(runs: Round, launcher: Any, folder: Path, progress: Progress, track: Sequence[Named]) -> bool:
    """Have a launcher make the runs of a round that are not made yet; return whether the study goes on.

    A launcher waits for its jobs in order, and stops at one that has died. The jobs after it are then sent
    again. A run that still goes on holds its folder, and is waited for; a run that has ended is found there.
    """
    asked = [experiment for experiment in runs.experiments if not done(folder, experiment)]
    for sentence in again(folder, asked):
        say(f"ravine: {sentence}")
    progress.skip(len(runs.experiments) - len(asked))
    for sentence in untold(folder, len(runs.experiments) - len(asked), track):
        say(f"ravine: {sentence}")
    words = {e.id: _words(e, job, folder) for e, job in zip(runs.experiments, runs.jobs, strict=True)}
    errors: dict[str, str] = {}
    left = asked
    while left:
        where = f"{type(launcher).__name__}; ravine status {folder} follows them"
        say(f"ravine: {len(left)} run{'s go' if len(left) > 1 else ' goes'} to {where}")
        try:
            _reach(launcher)
            jobs = launcher.launch([words[experiment.id] for experiment in left], initial_job_idx=0)
        except Exception as error:
            why = ": ".join([type(error).__name__, *str(error).strip().splitlines()[-1:]])
            left = [experiment for experiment in left if not (folder / experiment.id / "run.json").exists()]
            # No job has begun: the launcher itself fails.
            if left and not (folder / left[0].id).exists():
                say(f"ravine: warning: {type(launcher).__name__} stopped: {why}")
                return False
            errors.update((experiment.id, why) for experiment in left[:1])
            left = left[1:]
        else:
            results = [(e, job._return_value) for e, job in zip(left, jobs, strict=True)]
            errors |= {e.id: str(result) for e, result in results if isinstance(result, Exception)}
            _pass_on(result for _, result in results)
            break
    for experiment, name in zip(runs.experiments, runs.labels, strict=True):
        if experiment in asked:
            place = folder / experiment.id
            try:
                progress.end(name, Run.load(place), place)
            except (FileNotFoundError, ValueError) as error:
                progress.tell(name, f"not made: {errors.get(experiment.id, error)}")
    return True


def _pass_on(results: Iterable[Any]) -> None:
    """Give the warnings of jobs here, each once."""
    warned = [warning for result in results if isinstance(result, list) for warning in result]
    for warning in dict.fromkeys(warned):
        warn(warning.text, PluginWarning if warning.of_plugin else UserWarning)


def _reach(launcher: Any) -> None:
    """Make sure that a Ray cluster answers; Ray itself would try for minutes, and print each attempt.

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
    # Without a port it is "local" or "auto", and Ray itself knows where that is.
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise ConnectionError(f"no Ray cluster answers at {where}: {error.strerror or error}") from error


def _words(experiment: Experiment, job: Sequence[str], folder: Path) -> list[str]:
    """Return a job's overrides: the run's, and its folder on the file system that all machines share."""
    place = str(folder.resolve()).replace("'", "\\'")
    return [*job, "claims=[]", f"hydra.sweep.dir='{place}'", f"hydra.sweep.subdir={experiment.id}"]


def job(cfg: Any) -> list[Warned]:
    """Make one run on the machine to which a launcher has sent it; return what was warned of.

    A separate process makes it. If that process dies, the job fails like any other; if the job's own process
    died, the launcher would stop waiting for all jobs.
    """
    experiment, subject, place = job_of(cfg)
    if experiment.id != place.name:
        raise ConfigError(f"plugins, versions or data on {platform.node()} differ from those of the command")
    workers = Workers(1)
    try:
        with warnings.catch_warnings(record=True) as caught:
            for _, error in workers.make(
                place.parent, [experiment], subject, lambda _: contextlib.nullcontext(_ignore)
            ):
                if error:
                    raise error
    finally:
        workers.dismiss()
    return [Warned(str(warning.message), issubclass(warning.category, PluginWarning)) for warning in caught]


def _ignore(step: int, steps: int, loss: float) -> None:
    """Ignore a run's steps: a launcher has no way to report them."""
