"""Trackers: they are told of a run while it is made or afterwards, and one that fails costs nothing else."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ravine.base.errors import PluginError
from ravine.contracts.tracker import RunLog, TrackedRun, Tracker
from ravine.engine.experiment import Experiment, Listener
from ravine.records.run import Run
from ravine.registry.blame import call_plugin
from ravine.registry.registry import load

__all__ = ["Tracking"]


@dataclass(frozen=True)
class Tracking(Listener):
    """Tells trackers of one run. One that fails hears no more of it.

    Parameters
    ----------
    trackers : dict of str to Tracker
        By name.
    run : TrackedRun
        The run.
    others : Listener
        A listener that hears everything too.
    remedies : dict of str to str
        By the name of a tracker, what can be done if it fails.

    Attributes
    ----------
    failed : dict of str to PluginError
        By the name of a tracker that has failed, its error.
    """

    trackers: Mapping[str, Tracker]
    run: TrackedRun
    others: Listener = field(default_factory=Listener)
    remedies: Mapping[str, str] = field(default_factory=dict)
    failed: dict[str, PluginError] = field(default_factory=dict)
    _logs: dict[str, RunLog] = field(default_factory=dict)

    def run_start(self, experiment: Experiment) -> None:
        """Tell that a run begins."""
        self.others.run_start(experiment)
        self.begin()

    def goes_on(self, experiment: Experiment, evaluations: Sequence[Mapping[str, float]]) -> None:
        """Tell of the evaluations of a run that goes on."""
        self.others.goes_on(experiment, evaluations)
        for row in evaluations:
            self.evaluation(int(row["step"]), {name: value for name, value in row.items() if name != "step"})

    def epoch_end(self, experiment: Experiment, step: int, metrics: Mapping[str, float]) -> None:
        """Tell of an evaluation."""
        self.others.epoch_end(experiment, step, metrics)
        self.evaluation(step, metrics)

    def replay(self, run: Run) -> None:
        """Tell of a run that has ended what was, or would have been, told while it was made."""
        self.begin()
        for step, metrics in run.evaluations:
            self.evaluation(step, metrics)
        self.end(run)

    def begin(self) -> None:
        """Tell that a run begins."""
        for name, tracker in self.trackers.items():
            with self._trying(name):
                log: Any = _quietly(partial(tracker.begin, self.run))
                if not isinstance(log, RunLog):
                    raise PluginError(f"begin returned {log!r:.80}, not a RunLog")
                self._logs[name] = log

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        """Tell of an evaluation."""
        self._each(lambda log: log.evaluation(step, dict(metrics)))

    def end(self, run: Run) -> None:
        """Tell how a run has ended."""
        self._each(lambda log: log.end(run.status, dict(run.final)))

    def _each(self, tell: Callable[[RunLog], None]) -> None:
        for name, log in self._logs.items():
            if name not in self.failed:
                with self._trying(name):
                    _quietly(partial(tell, log))

    @contextlib.contextmanager
    def _trying(self, name: str) -> Iterator[None]:
        try:
            yield
        except PluginError as error:
            self.failed[name] = error
            owner = load().entry("tracker", name).distribution
            load().note(f"tracker {name} of {owner}", error, self.remedies.get(name, ""))


def _quietly(function: Callable[[], Any]) -> Any:
    """Call a function of a plugin; what it prints goes to standard error, for the output is the command's."""
    with contextlib.redirect_stdout(sys.stderr):
        return call_plugin(function)
