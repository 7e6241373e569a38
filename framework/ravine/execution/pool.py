"""Workers: processes that make runs, and draw figures, side by side.

Each is a Python of its own that reads one order a line and answers with what happens, so that it makes no
difference whether the command, a script or a notebook asks. A worker that dies takes the run it was making with
it and nothing else. When the process that asked is gone, its workers are gone too.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from ravine import registry
from ravine.base.types import Named
from ravine.engine.experiment import Experiment, OnStep
from ravine.execution.run_once import make
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Execution, Subject
from ravine.registry.make import used_entries

__all__ = [
    "Follow",
    "Makers",
    "WorkerError",
    "Workers",
    "cores",
    "workers_for",
]


Follow: TypeAlias = Callable[[Experiment], AbstractContextManager[OnStep]]
"""From a run to what hears of its steps, while it is made."""


_T = TypeVar("_T")


class WorkerError(RuntimeError):
    """A run was not made or a figure not drawn: its process died, or its files could not be written."""


class Workers:
    """Processes that are started when there is work, and wait for more until they are dismissed.

    Parameters
    ----------
    number : int
        How many.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._idle: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()
        self._all: list[subprocess.Popen[str]] = []
        self._dismissed = False
        self._lock = threading.Lock()

    def make(
        self,
        folder: Path,
        experiments: Sequence[Experiment],
        subject: Subject,
        follow: Follow,
        rule: MedianRule | None = None,
    ) -> Iterator[tuple[Experiment, WorkerError | None]]:
        """Make runs, and yield each as it ends, with what kept it from being made.

        Parameters
        ----------
        folder : Path
            The study's.
        experiments : sequence of Experiment
            What to make.
        subject : Subject
            What the study is about.
        follow : Follow
            Hears of their steps.
        rule : MedianRule, optional
            May end them before their time.
        """
        yield from self._side_by_side(
            experiments, lambda each: self._one(_to_make(folder, each, subject, rule), follow(each))
        )

    def draw(self, folder: Path, figures: Sequence[Named]) -> Iterator[tuple[Named, WorkerError | None]]:
        """Draw figures of a study, and yield each as it ends, with what kept it from being drawn.

        Parameters
        ----------
        folder : Path
            The study's.
        figures : sequence of str or dict
            As they were asked for.
        """
        yield from self._side_by_side(
            figures, lambda each: self._one({"folder": str(folder), "figure": each}, nullcontext())
        )

    def _side_by_side(
        self, these: Sequence[_T], one: Callable[[_T], WorkerError | None]
    ) -> Iterator[tuple[_T, WorkerError | None]]:
        with ThreadPoolExecutor(self._number) as threads:
            try:
                waiting = {threads.submit(one, each): each for each in these}
                while waiting:
                    ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in ended:
                        yield waiting.pop(future), future.result()
            except BaseException:  # Ctrl-C, or nobody wants the rest
                self.dismiss()
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def dismiss(self) -> None:
        """Let all processes end, at once."""
        with self._lock:
            self._dismissed = True
        for process in self._all:
            if process.returncode is None:  # else its number may be another's by now
                _kill(process)
        for process in self._all:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]

    def _one(self, order: dict[str, Any], follow: AbstractContextManager[OnStep | None]) -> WorkerError | None:
        """Have an order carried out by a process that is free."""
        with self._lock:
            if self._dismissed:
                return WorkerError("stopped")
            process = self._free()
        with follow as on_step:
            for event in _answers(process, order):
                if "step" in event:
                    assert on_step is not None
                    on_step(event["step"], event["steps"], event["loss"])
                else:
                    self._idle.put(process)
                    return WorkerError(event["error"]) if event["error"] else None
        code = _ended(process)
        how = f"was killed by {_signal(-code)}" if code < 0 else f"ended with status {code}"
        return WorkerError(f"the process that made it {how}")

    def _free(self) -> subprocess.Popen[str]:
        """Return a process that has nothing to do."""
        while not self._idle.empty():
            process = self._idle.get()
            if process.poll() is None:  # it may have died meanwhile
                return process
        return self._start()

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ravine.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the process that asks
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},  # a script may add to it
        )
        self._all.append(process)
        return process


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a worker with whatever a component has started in it."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # it leads a session of its own
    process.kill()


def _ended(process: subprocess.Popen[str]) -> int:
    """Return how a worker ends, with whatever a component has started in it."""
    if hasattr(os, "waitid"):  # which leaves it its number
        with contextlib.suppress(ChildProcessError):  # whoever dismisses it waits for it too
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    if process.returncode is None:
        _kill(process)
    return process.wait()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def _to_make(folder: Path, experiment: Experiment, subject: Subject, rule: MedianRule | None) -> dict[str, Any]:
    """Return the order of a run."""
    return {
        "folder": str(folder),
        "id": experiment.id,
        "made_of": experiment.made_of,
        "config": dict(experiment.config),
        "subject": {
            "question": subject.question,
            "figures": list(subject.figures),
            "checkpoint_seconds": subject.execution.checkpoint_seconds,
        },
        "rule": [rule.metric, rule.maximize, list(rule.medians.items())] if rule else None,
    }


def _answers(process: subprocess.Popen[str], order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give an order, and yield what is told of it; nothing more once the process is dead."""
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            yield json.loads(line)
    except (OSError, ValueError):  # it died while it was told, or told
        return


class Makers:
    """What makes the runs of a study: this process, or as many others as there are cores."""

    def __init__(self, folder: Path, subject: Subject) -> None:
        self.folder, self.subject = folder, subject
        self._workers: Workers | None = None

    def make(
        self, left: Sequence[Experiment], follow: Follow, rule: MedianRule | None
    ) -> Generator[tuple[Experiment, Exception | None]]:
        """Make runs, and yield each with what kept it from being made."""
        number = workers_for(left, self.subject.execution)
        if number > 1:
            self._workers = self._workers or Workers(number)
            yield from self._workers.make(self.folder, left, self.subject, follow, rule)
            return
        for experiment in left:
            try:
                with follow(experiment) as on_step:
                    make(self.folder, experiment, self.subject, on_step, rule)
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


def workers_for(left: Sequence[Experiment], execution: Execution) -> int:
    """Return how many processes shall make runs side by side."""
    asked = execution.workers or min(map(_fitting, left), default=1)
    known = {plugin.name for plugin in registry.load().plugins}  # those that another process has too
    here = any(entry.plugin not in known for experiment in left for entry in used_entries(experiment))
    return 1 if here or not left else min(asked, len(left))


def _fitting(experiment: Experiment) -> int:
    """Return how many runs like this one the cores have room for; a descent ends before a process starts."""
    return max(1, cores() // experiment.training.threads) if experiment.data else 1


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
