"""Run once: make one run in its folder, exactly once, whatever stops it in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ravine import registry
from ravine.base.warn import warn
from ravine.config.plain import as_yaml
from ravine.engine.experiment import Experiment, OnStep
from ravine.execution.tracking import live
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Subject
from ravine.records.checkpoint import Checkpoint, Keeper, discard
from ravine.records.files import clear, refuse_link
from ravine.records.locks import locked
from ravine.records.run import Run, is_done
from ravine.registry.entry import Entry, asked_for
from ravine.registry.provenance import changed_since, looked_up, outdated

__all__ = [
    "done",
    "make",
]


def done(folder: Path, experiment: Experiment, *, pruned: bool = False) -> Run | None:
    """Return the run of a study if it has ended and did not fail; None if it has to be made.

    A run that was pruned counts as ended only if ``pruned`` is true. One that looked up a component which is
    different now has to be made. If a process was killed after the end of
    its run, the run's checkpoints are still there; they are removed.
    """
    place = folder / experiment.id
    try:
        run = Run.load(place)
    except (FileNotFoundError, ValueError):
        return None
    if not is_done(run.status, pruned=pruned) or outdated(run):
        return None
    discard(place)
    return run


def make(
    folder: Path,
    experiment: Experiment,
    subject: Subject,
    on_step: OnStep | None = None,
    rule: MedianRule | None = None,
) -> Run:
    """Make one run of a study, from its last checkpoint if there is one, unless it is done.

    Parameters
    ----------
    folder : Path
        The study's.
    experiment : Experiment
        The run.
    subject : Subject
        What the study is about, which a run's files name, how often checkpoints are written, and which weights
        are kept.
    on_step : callable, optional
        Called after each update with its number, the number of all, and the loss.
    rule : MedianRule, optional
        May end it before its time.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    place = folder / experiment.id
    refuse_link(place, place / "run.json")
    # A second process waits for this run instead of making it too.
    with locked(place):
        clear(place)
        if run := done(folder, experiment, pruned=rule is not None):
            return run
        # Trackers are not what the run is made with, and so they are looked up before it.
        tracking = live(folder, experiment, subject.track) if subject.track else None
        told = replace(experiment, listener=tracking) if tracking else experiment
        with asked_for() as asked:
            keeper = _Keeper(place, subject.execution.checkpoint_seconds, asked, experiment)
            run = told.run(on_step, keeper, rule.ends if rule else None)
        if found := keeper.looked_up:
            run = replace(run, provenance={**run.provenance, "looked_up": found})
        run = run.keeping(subject.execution.weights)
        run.save(place, as_yaml(experiment, subject, folder.name))
        discard(place)
        if tracking:
            tracking.end(run)
    registry.load().tell("ravine_run_end", experiment=experiment, run=run.copy())
    return run


class _Keeper(Keeper):
    """Keeps with a checkpoint what the run has looked up; no run goes on with others than those."""

    def __init__(
        self, folder: Path, seconds: float, asked: Mapping[str, Entry], experiment: Experiment
    ) -> None:
        super().__init__(folder, seconds)
        self._asked, self._experiment = asked, experiment
        self._before: Mapping[str, Any] = {}

    @property
    def looked_up(self) -> dict[str, Any]:
        """The origins of what the run has looked up so far, in this process and before."""
        return {**self._before, **looked_up(self._asked, self._experiment.made_of["components"])}

    def load(self) -> tuple[Checkpoint, float] | None:
        if not (found := super().load()):
            return None
        before = found[0].about.get("looked_up", {})
        if changed := changed_since(before):
            warn(f"{self.folder}: its checkpoint: {'; '.join(changed)}; starting again from the beginning")
            return None
        self._before = before
        return found

    def __call__(self, seconds: float, make: Callable[[], Checkpoint]) -> None:
        super().__call__(seconds, lambda: self._with_looked_up(make()))

    def _with_looked_up(self, made: Checkpoint) -> Checkpoint:
        found = self.looked_up
        return replace(made, about={**made.about, "looked_up": found}) if found else made
