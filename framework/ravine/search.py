"""Search: trials that a sampler proposes, judged by what their runs come to."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
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
from ravine.sampler import Goal, Proposals, Sampler, Trial
from ravine.space import Point, Space

__all__ = ["OneSearch", "Runs", "Search", "SearchPlan", "aim"]

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
class OneSearch:
    """A search of one sampler and one seed.

    Parameters
    ----------
    called, sampler
        The sampler, and its name.
    goal : Goal
        What for.
    compose : callable
        From a point to a trial's runs, one a seed, with their overrides.
    """

    called: str
    sampler: Sampler
    goal: Goal
    compose: Callable[[Point], Runs]

    @property
    def name(self) -> str:
        """What tells it from others of the same study."""
        return f"{self.called}-{self.goal.seed}".replace("/", "-")


@dataclass(frozen=True)
class SearchPlan:
    """What searches of one space will run, as far as it can be known.

    Parameters
    ----------
    study, command : str
        The folder's name below ``runs/``, and what asks for it.
    settings, space
        How and where it is searched.
    objective : str
        What is judged.
    searches : tuple of OneSearch
        One for every sampler and seed of the search that the command names.
    seeds : int
        Runs of a trial.
    """

    study: str
    command: str
    settings: Search
    space: Space
    objective: str
    searches: tuple[OneSearch, ...]
    seeds: int

    @property
    def total(self) -> int:
        """Runs of the searches, if the space is not used up before."""
        return sum(one.goal.trials for one in self.searches) * self.seeds

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
        several = len(self.searches) > 1  # each then keeps what it remembers in a folder of its own
        begun = [
            (
                one,
                one.sampler.begin(
                    self.space,
                    one.goal,
                    folder / f"{folder.name}-{one.name}" if several else folder,
                    self.settings.storage,
                ),
            )
            for one in self.searches
        ]
        tried: list[_Tried] = []
        while batch := [
            _Tried(one, proposals, trial, [] if trial.elsewhere else one.compose(trial.point))
            for one, proposals in begun
            for trial in proposals.ask(self._next(one, sum(each.search is one for each in tried)))
        ]:
            rule = self._rule(folder, tried) if self.settings.prune else None
            tried += batch
            runs = {experiment.id: (experiment, job) for each in batch for experiment, job in each.runs}
            experiments = [experiment for experiment, _ in runs.values()]
            yield Round(experiments, [job for _, job in runs.values()], self._record(tried), rule)
            for each in batch:
                if not each.trial.elsewhere:
                    each.proposals.tell(each.trial, self._value(folder, each.runs))

    def _next(self, one: OneSearch, done: int) -> int:
        """Return how many trials of a search come next: what is learned from ends a round."""
        left = one.goal.trials - done
        return min(self.settings.batch, left) if one.sampler.learns or self.settings.prune else left

    def _record(self, tried: Sequence[_Tried]) -> dict[str, Any]:
        """Return what the ledger keeps of the searches."""
        return {
            "objective": self.objective,
            "maximize": self.searches[0].goal.maximize,
            "space": self.space.describe(),
            "samplers": {one.called: asdict(one.sampler) for one in self.searches},
            "trials": [
                {
                    "sampler": each.search.called,
                    "seed": each.search.goal.seed,
                    "number": each.trial.number,
                    "point": dict(each.trial.point),
                    "runs": [experiment.id for experiment, _ in each.runs],
                }
                for each in tried
            ],
        }

    def _value(self, folder: Path, runs: Runs) -> float | None:
        """Return a trial's objective: the mean over its runs; None if one of them is not complete."""
        made = [_load(folder / experiment.id) for experiment, _ in runs]
        values = [run.final[self.objective] for run in made if run and run.status == "completed"]
        return float(np.mean(values)) if len(values) == len(runs) else None

    def _rule(self, folder: Path, tried: Sequence[_Tried]) -> MedianRule:
        made = [_load(folder / experiment.id) for each in tried for experiment, _ in each.runs]
        there = [run for run in made if run]
        return MedianRule.of(there, self.objective, maximize=self.searches[0].goal.maximize)


@dataclass(frozen=True)
class _Tried:
    search: OneSearch
    proposals: Proposals
    trial: Trial
    runs: Runs


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
    objective = settings.objective or next((name for name in _DEFAULTS if name in there), _DEFAULTS[0])
    if objective.startswith("validation_") and not any(name.startswith("validation_") for name in there):
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
