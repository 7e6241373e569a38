"""Pool: processes that make runs, and draw figures, side by side.

Each worker is a separate Python process. It reads one order a line and answers with what happens, so the
command, a script and a notebook can use it alike. If a worker dies, the run that it was making is lost and
nothing else. If the process that started the workers ends, they end too.
"""

from __future__ import annotations

import contextlib
import math
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
from typing import TypeAlias, TypeVar

from ravine import registry
from ravine.base.errors import PluginWarning
from ravine.base.standard_error import Line
from ravine.base.types import Named, name_of
from ravine.base.warn import warn
from ravine.engine.experiment import Experiment, OnStep
from ravine.execution.orders import DrawFigure, Ended, MakeRun, Message, Prepare, Stepped, Warned, read, written
from ravine.execution.run_once import make
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Subject
from ravine.records.files import clear, half_written
from ravine.records.locks import is_locked, locked
from ravine.records.run import has_ended
from ravine.registry.make import used_entries
from ravine.reports.drawing import import_early

__all__ = [
    "Follow",
    "Makers",
    "Standby",
    "WorkerError",
    "Workers",
    "cores",
    "workers_for",
]


QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""The time that a container has on all cores, of each period."""

Follow: TypeAlias = Callable[[Experiment], AbstractContextManager[OnStep]]
"""From an experiment to a context, whose value is called after each of the run's steps."""


_T = TypeVar("_T")


class WorkerError(RuntimeError):
    """A run was not made, or a figure was not drawn: its process died, or its files could not be written."""


class Workers:
    """Processes that are started when there is work, and then wait for more until they are dismissed.

    Parameters
    ----------
    number : int
        How many, an attribute too.
    """

    def __init__(self, number: int) -> None:
        self.number = number
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
        """Make runs, and yield each as it ends, with the error if it was not made.

        Parameters
        ----------
        folder : Path
            The study's.
        experiments : sequence of Experiment
            What to make.
        subject : Subject
            What the study is about.
        follow : Follow
            What is called after each step of a run.
        rule : MedianRule, optional
            May end them before their time.
        """
        yield from self._side_by_side(
            experiments,
            lambda experiment: self._carry_out(
                MakeRun.of(str(folder), experiment, subject, rule), follow(experiment)
            ),
        )

    def draw(self, folder: Path, figures: Sequence[Named]) -> Iterator[tuple[Named, WorkerError | None]]:
        """Draw figures of a study, and yield each as it ends, with the error if it was not drawn.

        Parameters
        ----------
        folder : Path
            The study's.
        figures : sequence of str or dict
            As they were asked for.
        """
        yield from self._side_by_side(
            figures,
            lambda figure: self._carry_out(DrawFigure(str(folder), figure), nullcontext()),
        )

    def _side_by_side(
        self, items: Sequence[_T], act: Callable[[_T], WorkerError | None]
    ) -> Iterator[tuple[_T, WorkerError | None]]:
        with ThreadPoolExecutor(self.number) as threads:
            try:
                waiting = {threads.submit(act, item): item for item in items}
                while waiting:
                    ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in ended:
                        yield waiting.pop(future), future.result()
            except BaseException:
                # A Ctrl-C, or the caller does not take the rest.
                self.dismiss()
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def start(self, first: Experiment) -> None:
        """Start them before there is work: they import and read what a run needs, which takes half a second."""
        # If that fails, it fails again when there is work, and is told then.
        with contextlib.suppress(OSError):
            for _ in range(self.number):
                process = self._start()
                assert process.stdin is not None
                process.stdin.write(written(Prepare(dict(first.config))))
                process.stdin.flush()
                self._idle.put(process)

    def dismiss(self) -> None:
        """Kill all processes."""
        with self._lock:
            self._dismissed = True
        for process in self._all:
            # The id of a process that has ended may be another's by now.
            if process.returncode is None:
                _kill(process)
        for process in self._all:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]

    def _carry_out(self, order: Message, follow: AbstractContextManager[OnStep | None]) -> WorkerError | None:
        """Have a free process carry out an order; return the error if it could not."""
        with self._lock:
            if self._dismissed:
                return WorkerError("stopped")
            process = self._free()
        with follow as on_step:
            for answer in _answers(process, order):
                match answer:
                    case Stepped(step, steps, loss):
                        assert on_step is not None
                        on_step(step, steps, loss)
                    case Warned(text, of_plugin):
                        # From one place, so that what all workers say is shown once.
                        warn(text, PluginWarning if of_plugin else UserWarning)
                    case Ended(error):
                        self._idle.put(process)
                        return WorkerError(error) if error else None
        code = _ended(process)
        how = f"was killed by {_signal(-code)}" if code < 0 else f"ended with status {code}"
        return WorkerError(f"the process that made it {how}")

    def _free(self) -> subprocess.Popen[str]:
        """Return a process that has nothing to do."""
        while not self._idle.empty():
            process = self._idle.get()
            # It may have died meanwhile.
            if process.poll() is None:
                return process
        return self._start()

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ravine.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Python found it closed, and the number may be another file's by now.
            stderr=None if sys.__stderr__ else subprocess.DEVNULL,
            text=True,
            # A Ctrl-C goes to the process that gives orders, not to its workers.
            start_new_session=True,
            # A script may have changed its path.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._all.append(process)
        return process


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a worker, and all processes that a component has started in it."""
    if hasattr(os, "killpg"):
        # The worker leads its own session.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _ended(process: subprocess.Popen[str]) -> int:
    """Return a worker's exit status; all processes that a component has started in it are killed."""
    # With WNOWAIT the worker keeps its process id. Another thread that dismisses it may have waited for it.
    if hasattr(os, "waitid"):
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    if process.returncode is None:
        _kill(process)
    return process.wait()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        # A real-time signal has no name.
        return f"signal {number}"


def _answers(process: subprocess.Popen[str], order: Message) -> Iterator[Message]:
    """Give an order, and yield the answers until the process is dead."""
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(written(order))
        process.stdin.flush()
        for line in process.stdout:
            yield read(line)
    except (OSError, ValueError):
        # The worker died while it read or answered.
        return


class Standby:
    """Processes that import and read what runs need while these are planned.

    Parameters
    ----------
    root : Path
        Where studies lie.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._workers: Workers | None = None

    def expect(self, study: str, first: Experiment, subject: Subject, runs: int) -> None:
        """Start the processes that will make runs like the first, if none of the study is made yet."""
        if not (self._workers or (self._root / study).exists() or _only_here([first], subject)):
            self._workers = _started(first, _at_a_time([first] * runs, subject))

    def take(self) -> Workers | None:
        """Return them, if there are any; whoever takes them dismisses them."""
        taken, self._workers = self._workers, None
        return taken

    def close(self) -> None:
        """Dismiss them, if nobody has taken them."""
        if workers := self.take():
            workers.dismiss()


def _started(first: Experiment, number: int) -> Workers | None:
    """Start the processes that will make runs like the first; none if one is enough, which is this one."""
    if number < 2:
        return None
    workers = Workers(number)
    try:
        workers.start(first)
    # A notebook keeps the error, and what it came through.
    except BaseException:
        workers.dismiss()
        raise
    return workers


class Makers:
    """What makes the runs of a study: this process, or as many others as there are cores.

    Parameters
    ----------
    folder : Path
        The study's.
    subject : Subject
        What the study is about.
    workers : Workers, optional
        Processes that have been started for it.
    """

    def __init__(self, folder: Path, subject: Subject, workers: Workers | None = None) -> None:
        self.folder, self.subject = folder, subject
        self._workers = workers

    def expect(self, experiments: Sequence[Experiment]) -> None:
        """Start the processes that will make these runs, if several are not made yet, and none are started.

        Those that have been started end if this process will make the runs.
        """
        left = [experiment for experiment in experiments if not has_ended(self.folder / experiment.id)]
        number = 1 if _only_here(left, self.subject) else _at_a_time(left, self.subject)
        if self._workers is None and left:
            self._workers = _started(left[0], number)
        elif self._workers and number < 2:
            self._workers.dismiss()
            self._workers = None

    def make(
        self, left: Sequence[Experiment], follow: Follow, rule: MedianRule | None
    ) -> Generator[tuple[Experiment, Exception | None]]:
        """Make runs, and yield each with the error if it was not made."""
        number = workers_for(left, self.subject)
        if number > 1:
            self._workers = self._workers or Workers(number)
            # More may be made than were expected: those that had failed.
            self._workers.number = max(number, self._workers.number)
            made = self._workers.make(self.folder, left, self.subject, follow, rule)
            for i, ended in enumerate(made, 1):
                yield ended
                # The last runs have cores to themselves, and this process draws a picture that is alone.
                if 0 < len(left) - i < number and len(self.subject.figures) == 1:
                    import_early()
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
        """Draw several figures if there are workers; return those that are drawn.

        A figure that is not among them is drawn again by this process, which reports why it cannot be.
        """
        if not self._workers or len(figures) < 2:
            return set()
        drawn, line = set[str](), Line()
        for i, (figure, error) in enumerate(self._workers.draw(self.folder, figures), 1):
            line.bar(i / len(figures), f"[{i}/{len(figures)}] figures")
            drawn |= {name_of(figure)} if not error else set()
        line.clear()
        return drawn

    def close(self) -> None:
        """Stop what still goes on."""
        if self._workers:
            self._workers.dismiss()
            _clear_after(self.folder)


def _clear_after(folder: Path) -> None:
    """Remove what killed workers were writing; a run that another command makes is left alone."""
    for place in half_written(folder):
        with contextlib.suppress(OSError):
            if not is_locked(place):
                with locked(place):
                    clear(place)


def workers_for(left: Sequence[Experiment], subject: Subject) -> int:
    """Return how many processes are to make runs side by side."""
    workers, here = subject.execution.workers, _only_here(left, subject)
    if here and (workers or 1) > 1:
        names = " and ".join(here)
        warn(f"workers = {workers}: only this process knows {names}, and it makes the runs")
    return 1 if here else _at_a_time(left, subject)


def _only_here(left: Sequence[Experiment], subject: Subject) -> list[str]:
    """Return the components of runs that other processes do not know: they know installed plugins only."""
    installed = {plugin.name for plugin in registry.load().plugins}
    entries = [entry for experiment in left for entry in used_entries(experiment)]
    entries += [registry.load().entry("tracker", name_of(item)) for item in subject.track]
    names = (f"{entry.kind} {entry.name}" for entry in entries if entry.plugin not in installed)
    return list(dict.fromkeys(names))


def _at_a_time(left: Sequence[Experiment], subject: Subject) -> int:
    """Return how many of these runs are to be made at a time, if other processes can make them."""
    wanted = subject.execution.workers or min(map(_fitting, left), default=1)
    return min(wanted, len(left)) if left else 1


def _fitting(experiment: Experiment) -> int:
    """Return how many runs like this one the cores can carry.

    It is 1 for a surface or a function: such a run mostly takes less time than the start of a process.
    """
    return max(1, cores() // experiment.training.threads) if experiment.data else 1


def cores() -> int:
    """Return how many cores this process may use; a container's share of their time counts as so many."""
    number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text().split()
        return min(number, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        # There is none, or it is "max".
        return number
