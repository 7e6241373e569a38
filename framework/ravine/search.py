"""Search: trials that a sampler proposes, judged by what their runs come to."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from ravine.component import Component
from ravine.config import ConfigError
from ravine.experiment import Experiment
from ravine.names import nearest
from ravine.planning import Round
from ravine.pruning import MedianRule
from ravine.recording import Run
from ravine.sampler import Goal, Sampler, Trial
from ravine.space import Point, Space

__all__ = ["Runs", "Search", "SearchPlan", "aim"]

Runs: TypeAlias = Sequence[tuple[Experiment, list[str]]]
"""Runs of a trial, one a seed, each with its overrides."""


@dataclass(frozen=True)
class Search(Component):
    """Settings of a search.

    Parameters
    ----------
    trials : int
        How many points are tried.
    seed : int
        Of the proposals; the runs' own is ``seed``.
    objective : str or None
        What is judged at the end of a run, as a mean over the runs of a trial. None for the first there is of
        ``validation_accuracy``, ``validation_loss`` and ``value``.
    direction : "maximize", "minimize" or None
        None for what goes with the objective: accuracies are maximised, losses and values minimised.
    batch : int
        Trials that are proposed together, by a sampler that learns from those before; all are by others.
    prune : bool
        Whether a run ends early that does worse than half of the trials before did at the same step: the median
        stopping rule of Golovin et al. 2017, Google Vizier, section 3.2.
    storage : str or None
        Of a sampler with a memory.
    """

    trials: int = 20
    seed: int = 0
    objective: str | None = None
    direction: Literal["maximize", "minimize"] | None = None
    batch: int = 4
    prune: bool = False
    storage: str | None = None

    def __post_init__(self) -> None:
        self.require(trials="[1, inf)", seed="[0, inf)", batch="[1, inf)")


@dataclass(frozen=True)
class SearchPlan:
    """What a search will run, as far as it can be known.

    Parameters
    ----------
    study, command : str
        The folder's name below ``runs/``, and what asks for it.
    settings, sampler, space
        How and where it is searched.
    called : str
        The sampler's name.
    goal : Goal
        What for.
    objective : str
        What is judged.
    compose : callable
        From a point to a trial's runs, one a seed, with their overrides.
    seeds : int
        How many those are.
    """

    study: str
    command: str
    settings: Search
    sampler: Sampler
    called: str
    space: Space
    goal: Goal
    objective: str
    compose: Callable[[Point], Runs]
    seeds: int

    @property
    def total(self) -> int:
        """Runs of the search, if the space is not used up before."""
        return self.goal.trials * self.seeds

    @functools.cached_property
    def first(self) -> Round:
        """What is to be made first, whatever has been made: all of it, unless the sampler learns."""
        without = replace(self, settings=replace(self.settings, storage=None))
        with tempfile.TemporaryDirectory() as place:
            return next(without.rounds(Path(place)))

    def rounds(self, folder: Path) -> Iterator[Round]:
        """Yield what is to be made next, and go on when that is made.

        Raises
        ------
        ConfigError
            If a proposal cannot be run.
        ValueError
            If the sampler cannot search such a space, or not use its storage.
        """
        proposals = self.sampler.begin(self.space, self.goal, folder, self.settings.storage)
        trials: list[tuple[Trial, Runs]] = []
        while len(trials) < self.goal.trials:
            left = self.goal.trials - len(trials)
            together = self.sampler.learns or self.settings.prune  # what is learned from ends a round
            asked = proposals.ask(min(self.settings.batch, left) if together else left)
            if not asked:
                return
            batch = [(trial, [] if trial.elsewhere else self.compose(trial.point)) for trial in asked]
            rule = self._rule(folder, trials) if self.settings.prune else None
            trials += batch
            runs = [run for _, runs in batch for run in runs]
            if runs:
                experiments, jobs = [experiment for experiment, _ in runs], [job for _, job in runs]
                yield Round(experiments, jobs, self._record(trials), rule)
            for trial, its in batch:
                if not trial.elsewhere:
                    proposals.tell(trial, self._value(folder, its))

    def _record(self, trials: Sequence[tuple[Trial, Runs]]) -> dict[str, Any]:
        """Return what the ledger keeps of the search."""
        return {
            "sampler": self.called,
            "objective": self.objective,
            "maximize": self.goal.maximize,
            "space": self.space.describe(),
            "trials": [
                {"number": trial.number, "point": dict(trial.point), "runs": [each.id for each, _ in runs]}
                for trial, runs in trials
            ],
        }

    def _value(self, folder: Path, runs: Runs) -> float | None:
        """Return a trial's objective: the mean over its runs; None if one of them is not complete."""
        made = [_load(folder / experiment.id) for experiment, _ in runs]
        values = [run.final[self.objective] for run in made if run and run.status == "completed"]
        return float(np.mean(values)) if len(values) == len(runs) else None

    def _rule(self, folder: Path, trials: Sequence[tuple[Trial, Runs]]) -> MedianRule:
        made = [_load(folder / experiment.id) for _, runs in trials for experiment, _ in runs]
        there = [run for run in made if run]
        return MedianRule.of(there, self.objective, maximize=self.goal.maximize)


def _load(place: Path) -> Run | None:
    try:
        return Run.load(place)
    except (FileNotFoundError, ValueError):
        return None


def aim(settings: Search, start: Run) -> tuple[str, bool]:
    """Return what a search judges, and whether higher is better.

    Parameters
    ----------
    settings : Search
        As the user has it.
    start : Run
        The start of one of its runs, judged.

    Raises
    ------
    ConfigError
        If there is no such objective, or it is one of the test examples.
    """
    there = [name for name in start.final if not name.startswith("test_")]
    objective = settings.objective or next((name for name in _DEFAULTS if name in there), None)
    if objective is None or (objective.startswith("validation_") and objective not in there):
        raise ConfigError("a search needs examples to choose by: dataset.validation=0.2 sets a fifth aside")
    if objective.startswith("test_"):
        raise ConfigError(
            f"search.objective = {objective}: whoever chooses by test examples has none left to judge the "
            f"choice; choose by {objective.replace('test', 'validation')}, with dataset.validation=0.2"
        )
    if objective not in there:
        raise ConfigError(f"search.objective: no run has {objective!r}{nearest(objective, there)}")
    if settings.direction:
        return objective, settings.direction == "maximize"
    what = objective.rpartition("_")[2]
    if what not in _DIRECTIONS:
        raise ConfigError(f"search.objective = {objective}: is more of it better? search.direction=maximize")
    return objective, _DIRECTIONS[what]


_DEFAULTS = ("validation_accuracy", "validation_loss", "value")
_DIRECTIONS = {"accuracy": True, "loss": False, "value": False}  # whether more is better
