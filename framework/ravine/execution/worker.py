"""Worker: a process that makes runs and draws figures as it is ordered to."""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path
from typing import IO, Any

from ravine import registry
from ravine.base.errors import ConfigError
from ravine.config.build import build
from ravine.engine.experiment import Experiment
from ravine.execution.run_once import make
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Execution, Subject
from ravine.records.study import load_study
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
    warnings.showwarning = lambda message, *_, **__: print(f"ravine: warning: {message}", file=sys.stderr)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # The process that gives orders has shown these.
    warnings.simplefilter("ignore", registry.PluginWarning)
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        order = orders.get()
        error = _draw(order) if "figure" in order else _make(order, answers)
        print(json.dumps({"error": error}), file=answers)


def _listen(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    # This may be in the middle of a run, which goes on from its checkpoint another time.
    os._exit(0)


def _make(order: dict[str, Any], answers: IO[str]) -> str:
    """Make a run; return why it was not made, or ""."""
    told = 0.0

    def on_step(step: int, steps: int, loss: float) -> None:
        nonlocal told
        if (now := time.monotonic()) - told >= _TELL_EVERY:
            told = now
            print(json.dumps({"step": step, "steps": steps, "loss": loss}), file=answers)

    try:
        experiment, about = build(order["config"]), order["subject"]
        # Figures are only names here: this process may not know those of a notebook.
        execution = Execution(checkpoint_seconds=about["checkpoint_seconds"])
        subject = Subject(question=about["question"], figures=about["figures"], execution=execution)
        if experiment.id != order["id"]:
            return f"in another process {_difference(order['made_of'], experiment)}"
        given = order["rule"]
        rule = MedianRule(given[0], given[1], dict(given[2])) if given else None
        make(Path(order["folder"]), experiment, subject, on_step, rule)
    except (OSError, ConfigError) as error:
        return str(error)
    except Exception:
        return traceback.format_exc()
    return ""


def _draw(order: dict[str, Any]) -> str:
    """Draw a figure; return why it was not drawn, or ""."""
    try:
        study = load_study(order["folder"])
        for name, figure in make_figures([order["figure"]]).items():
            draw(study, name, figure)
    except (Exception, SystemExit):
        return traceback.format_exc()
    return ""


def _difference(made_of: dict[str, Any], experiment: Experiment) -> str:
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
