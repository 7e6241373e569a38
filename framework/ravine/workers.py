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
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, TypeAlias, TypeVar

from ravine import config, registry
from ravine.architecture import Named
from ravine.drawing import draw
from ravine.experiment import Experiment
from ravine.making import make
from ravine.pruning import MedianRule
from ravine.study import load_study

__all__ = ["Follow", "WorkerError", "Workers"]

OnStep: TypeAlias = Callable[[int, int, float], None]
Follow: TypeAlias = Callable[[Experiment], AbstractContextManager[OnStep]]
"""From a run to what hears of its steps, while it is made."""

_T = TypeVar("_T")
_TELL_EVERY = 0.1  # seconds between two words of a run's steps


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
        follow : Follow
            Hears of their steps.
        rule : MedianRule, optional
            May end them before their time.
        """
        yield from self._side_by_side(
            experiments, lambda each: self._one(_to_make(folder, each, rule), follow(each))
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
            [sys.executable, "-P", "-m", "ravine.workers"],
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


def _to_make(folder: Path, experiment: Experiment, rule: MedianRule | None) -> dict[str, Any]:
    """Return the order of a run."""
    return {
        "folder": str(folder),
        "id": experiment.id,
        "made_of": experiment.made_of,
        "config": config.whole(experiment, folder.name)
        | {"checkpoint_seconds": experiment.execution.checkpoint_seconds},
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


# ---- in the worker -------------------------------------------------------------------------------------------


def main() -> None:
    """Make what is ordered on standard input until that is closed, which is when whoever asks has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what components print shall not be taken for an answer
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=answers.close)  # what a component forks does not answer
    warnings.showwarning = lambda message, *_, **__: print(f"ravine: warning: {message}", file=sys.stderr)
    warnings.simplefilter("ignore", registry.PluginWarning)  # told by whoever asks
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        order = orders.get()
        error = _draw(order) if "figure" in order else _make(order, answers)
        print(json.dumps({"error": error}), file=answers)


def _listen(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    os._exit(0)  # in the midst of a run, which goes on from its checkpoint another time


def _make(order: dict[str, Any], answers: IO[str]) -> str:
    """Make a run; return what kept it from being made, or nothing."""
    told = 0.0

    def on_step(step: int, steps: int, loss: float) -> None:
        nonlocal told
        if (now := time.monotonic()) - told >= _TELL_EVERY:
            told = now
            print(json.dumps({"step": step, "steps": steps, "loss": loss}), file=answers)

    try:
        # Of figures it only writes down the names: a notebook's own are known nowhere else.
        figures = order["config"].pop("figures")
        experiment = replace(config.build(order["config"]), figures=figures)
        if experiment.id != order["id"]:
            return f"in another process {_difference(order['made_of'], experiment)}"
        given = order["rule"]
        rule = MedianRule(given[0], given[1], dict(given[2])) if given else None
        make(Path(order["folder"]), experiment, on_step, rule)
    except (OSError, config.ConfigError) as error:
        return str(error)
    except Exception:
        return traceback.format_exc()
    return ""


def _draw(order: dict[str, Any]) -> str:
    """Draw a figure; return what kept it from being drawn, or nothing."""
    try:
        with warnings.catch_warnings(action="ignore"):  # told by whoever asks
            study = load_study(order["folder"])
        for name, figure in config.figures([order["figure"]]).items():
            draw(study, name, figure)
    except (Exception, SystemExit):
        return traceback.format_exc()
    return ""


def _difference(made_of: dict[str, Any], experiment: Experiment) -> str:
    """Return what a run is not made of here, and is where it was ordered."""
    here = experiment.made_of
    for role, of in made_of["components"].items():
        if here["components"].get(role) != of:
            return f"{of['kind']} {of['name']!r} of {of['distribution']} has another source"
    if here["data"] != made_of["data"]:
        return experiment.used["dataset"].blame(ValueError("load gives other examples"))
    return "its configuration is another"


if __name__ == "__main__":
    main()
