"""Worker: a process that makes runs and draws figures as it is ordered to."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from ravine import registry
from ravine.base.errors import ConfigError, PluginError, PluginWarning
from ravine.base.types import Named
from ravine.config.build import build
from ravine.engine.data import release
from ravine.engine.experiment import Experiment
from ravine.execution.orders import DrawFigure, Ended, MakeRun, Message, Prepare, Stepped, Warned, read, written
from ravine.execution.run_once import make
from ravine.records.study import load_study
from ravine.registry.blame import reason
from ravine.registry.make import make_figures
from ravine.reports.drawing import draw

# Seconds between two reports of a run's steps.
_TELL_EVERY = 0.1


def main() -> None:
    """Carry out orders from standard input until it is closed: then the process that gives them has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # What components print must not look like an answer.
    os.dup2(2, 1)
    if hasattr(os, "register_at_fork"):
        # A process that a component forks does not answer.
        os.register_at_fork(after_in_child=answers.close)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    warnings.showwarning = lambda message, category, *_, **__: _say(
        answers, Warned(str(message), issubclass(category, PluginWarning))
    )
    # As in the command.
    if "error" in sys.warnoptions:
        warnings.filterwarnings("default", category=UserWarning)
    orders: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        match orders.get():
            case Prepare(config):
                _prepare(config)
            case MakeRun() as order:
                _say(answers, Ended(_make(order, answers)))
            case DrawFigure(folder, figure):
                _say(answers, Ended(_draw(folder, figure)))


def _say(answers: IO[str], answer: Message) -> None:
    answers.write(written(answer))


def _listen(orders: queue.SimpleQueue[Message]) -> None:
    for line in sys.stdin:
        orders.put(read(line))
    # This may be in the middle of a run, which goes on from its checkpoint another time.
    os._exit(0)


def _prepare(config: Mapping[str, Any]) -> None:
    """Import and read what a run needs; whoever makes it is told what is wrong with it."""
    with warnings.catch_warnings(), contextlib.suppress(Exception, SystemExit):
        warnings.simplefilter("ignore")
        experiment = build(config)
        experiment.bind(experiment.problem())


def _make(order: MakeRun, answers: IO[str]) -> str:
    """Make a run; return why it was not made, or ""."""
    told = 0.0

    def on_step(step: int, steps: int, loss: float) -> None:
        nonlocal told
        if (now := time.monotonic()) - told >= _TELL_EVERY:
            told = now
            _say(answers, Stepped(step, steps, loss))

    try:
        with warnings.catch_warnings():
            # The process that gives orders has shown these.
            warnings.simplefilter("ignore", PluginWarning)
            experiment = build(order.config)
        if experiment.id != order.id:
            return f"in another process {_difference(order.made_of, experiment)}"
        make(Path(order.folder), experiment, order.subject, on_step, order.rule)
    except (Exception, SystemExit) as error:
        return _why(error)
    return ""


def _draw(folder: str, item: Named) -> str:
    """Draw a figure; return why it was not drawn, or ""."""
    try:
        with warnings.catch_warnings():
            # As above.
            warnings.simplefilter("ignore", PluginWarning)
            made = make_figures([item])
        release()
        study = load_study(folder)
        for name, figure in made.items():
            draw(study, name, figure)
    # A figure that finds nothing to draw says so in a sentence.
    except ValueError as error:
        return reason(error)
    except (Exception, SystemExit) as error:
        return _why(error)
    return ""


def _why(error: BaseException) -> str:
    """Return an error in one line; a bug is shown with its traceback."""
    if isinstance(error, OSError | ConfigError | PluginError):
        return str(error)
    traceback.print_exception(error)
    return reason(error)


def _difference(made_of: Mapping[str, Any], experiment: Experiment) -> str:
    """Return how a run differs here from the one that was ordered: its components, data or configuration."""
    here = experiment.made_of
    for role, of in made_of["components"].items():
        if here["components"].get(role) != of:
            return f"{of['kind']} {of['name']!r} of {of['distribution']} has another source"
    if here["data"] != made_of["data"]:
        entry = registry.load().entry("dataset", experiment.components["dataset"]["name"])
        return entry.blame(ValueError("load gives different examples"))
    return "its configuration is different"


if __name__ == "__main__":
    main()
