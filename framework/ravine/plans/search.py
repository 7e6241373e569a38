"""Search: trials that a sampler proposes, judged by what their runs come to."""

from __future__ import annotations

import contextlib
import functools
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from ravine.base.errors import ConfigError, PluginWarning, masked
from ravine.base.names import nearest
from ravine.base.types import Point
from ravine.contracts.sampler import Goal, Proposals, Sampler
from ravine.engine.experiment import Experiment
from ravine.plans.plan import Plan, Round
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Search
from ravine.records.ledger import Ledger
from ravine.records.locks import locked
from ravine.records.run import Run
from ravine.records.searches import Elsewhere, ProposedTrial, SearchEntry, SearchRecord
from ravine.records.space import Space
from ravine.records.study import Study
from ravine.records.summary import came_to
from ravine.records.trial import Trial
from ravine.registry.provenance import sampler_changes

__all__ = [
    "OneSearch",
    "Runs",
    "SearchPlan",
    "aim",
]


Runs: TypeAlias = Sequence[tuple[Experiment, list[str]]]
"""Runs of a trial, one a seed, each with its overrides."""


@dataclass(frozen=True)
class OneSearch:
    """A search of one sampler and one seed.

    Parameters
    ----------
    called, sampler
        The sampler, and its name.
    made_with : dict
        Where the sampler comes from: see ``made_with``.
    goal : Goal
        What for.
    compose : callable
        From a point to a trial's runs, one a seed, with their overrides.
    seeds : tuple of int
        Those of a trial's runs.
    """

    called: str
    sampler: Sampler
    made_with: Mapping[str, Any]
    goal: Goal
    compose: Callable[[Point], Runs]
    seeds: tuple[int, ...]

    @property
    def name(self) -> str:
        """What tells it from others of the same study."""
        return f"{self.called}-{self.goal.seed}".replace("/", "-")


@dataclass(frozen=True)
class SearchPlan(Plan):
    """What searches of one space will run, as far as it can be known.

    Parameters
    ----------
    study, command, subject
        See ``Plan``.
    settings, space
        How and where it is searched.
    objective : str
        What is judged.
    middle : dict
        Settings of the runs in the middle of the space, by their full keys, as far as all searches have them.
    searches : tuple of OneSearch
        One for every sampler and seed of the search that the command names.
    """

    settings: Search
    space: Space
    objective: str
    middle: Mapping[str, Any]
    searches: tuple[OneSearch, ...]

    @property
    def seeds(self) -> int:
        """Runs of a trial."""
        return len(self.searches[0].seeds)

    @property
    def total(self) -> int:
        """How many runs it is, as far as trials that are to come are of points of their own."""
        known, left = self.foreseen(None)
        return len(known.experiments) + left * self.seeds

    @property
    def prunes(self) -> bool:
        """Whether runs may end before their time."""
        return self.settings.prune

    def asked(self, ledger: Ledger) -> list[str]:
        """Return the runs of all trials that are proposed."""
        return list(ledger.asked)

    def is_made(self, study: Study) -> bool:
        """Whether a study has as many trials as are asked for, and begins with the runs that are known."""
        assert self.first.search is not None
        trials = sum(search.trials for search in self.first.search.searches)
        known = [experiment.id for experiment in self.first.experiments]
        return study.ledger.runs[: len(known)] == known and len(study.tried) == trials

    @functools.cached_property
    def first(self) -> Round:
        """What is known whatever has been made: of samplers that learn the first batch, of others all trials.

        Which of these are pruned is not.
        """
        without = replace(self, settings=replace(self.settings, storage=None, prune=False))
        with tempfile.TemporaryDirectory() as place:
            known = next(without.rounds(Path(place)))
        assert known.search is not None
        return replace(known, search=replace(known.search, prune=self.settings.prune))

    def foreseen(self, search: SearchRecord | None) -> tuple[Round, int]:
        """Return what is known of it before it goes on, and how many trials are not.

        Parameters
        ----------
        search : SearchRecord or None
            What the ledger has of its searches, some trials of which may be proposed.
        """
        first = self.first.search
        assert first is not None
        at_once = {trial.key for trial in first.trials}
        proposed = {trial.key: trial for trial in search.trials} if search else {}
        theirs = {run for trial in proposed.values() if trial.elsewhere for run in trial.runs}
        known = zip(self.first.experiments, self.first.jobs, strict=True)
        runs, left = [(experiment, job) for experiment, job in known if experiment.id not in theirs], 0
        for one, entry in zip(self.searches, first.searches, strict=True):
            for number in range(entry.trials):
                key = (*entry.key, number)
                if key in at_once:
                    continue
                if key not in proposed:
                    left += 1
                elif not proposed[key].elsewhere:
                    runs += one.compose(proposed[key].point)
        return Round(*_each_once(runs)), left

    def rounds(self, folder: Path) -> Iterator[Round]:
        """Yield what is to be made next, and go on when that is made.

        Raises
        ------
        ConfigError
            If a proposal cannot be run.
        ValueError
            If the sampler cannot search such a space, or not use its storage.
        """
        before = _before(folder)
        self._compare(folder, before)
        kept = before.trials if before and before.prune and self.settings.prune else ()
        pruned = {trial.key: trial.pruned for trial in kept}
        with _masking():
            begun = [(one, self._begun(one, folder)) for one in self.searches]
        tried: list[_Tried] = []
        told_last: SearchRecord | None = None
        used_up: set[str] = set()  # searches whose space has no more points
        while True:
            batch: list[_Tried] = []
            told = len(used_up)
            for one, proposals in begun:
                n = self._next(one, sum(each.search is one for each in tried))
                if n and one.name not in used_up:
                    with _masking(), locked(folder):  # another command may be at the same search
                        trials = [(trial, proposals.elsewhere(trial)) for trial in proposals.ask(n)]
                    batch += [
                        _Tried(
                            one,
                            proposals,
                            trial,
                            one.compose(trial.point),
                            theirs,
                            list(pruned.get((one.called, one.goal.seed, trial.number), ())),
                        )
                        for trial, theirs in trials
                    ]
                    if len(trials) < n:
                        used_up.add(one.name)
            if not batch and len(used_up) == told:
                break
            rule = self._rule(folder, tried) if self.settings.prune else None
            tried += batch
            ours = [each for each in batch if not each.theirs]
            runs = _each_once([run for each in ours for run in each.runs])
            told_last = self._record(tried, used_up)
            yield Round(*runs, told_last, rule)
            made = {experiment.id: _load(folder / experiment.id) for experiment in runs[0]}
            if not all(made.values()):
                return  # a worker has died: the next command makes its run, which is not lost
            for each in ours:
                value = self._judge(each, made)
                with _masking(), locked(folder):
                    each.proposals.tell(each.trial, value)
        for each in tried:
            if each.theirs:
                with _masking():
                    each.theirs = each.proposals.elsewhere(each.trial)
        if (record := self._record(tried, used_up)) != told_last:  # what the last trials have come to
            yield Round([], [], record)

    def _begun(self, one: OneSearch, folder: Path) -> Proposals:
        """Begin a search in a folder of its own, for others may join it in the study another time."""
        place = folder / f"{folder.name}-{one.name}"
        return one.sampler.begin(self.space, one.goal, place, self.settings.storage)

    def _next(self, one: OneSearch, done: int) -> int:
        """Return how many trials of a search come next: what is learned from ends a round."""
        left = one.goal.trials - done
        return min(self.settings.batch, left) if one.sampler.learns or self.settings.prune else left

    def _record(self, tried: Sequence[_Tried], used_up: Collection[str]) -> SearchRecord:
        """Return what the ledger keeps of the searches."""
        proposed = Counter(each.search.name for each in tried)
        return SearchRecord(
            objective=self.objective,
            maximize=self.searches[0].goal.maximize,
            prune=self.settings.prune,
            space=self.space,
            settings=dict(self.middle),
            samplers={one.called: asdict(one.sampler) for one in self.searches},
            made_with={one.called: dict(one.made_with) for one in self.searches},
            searches=tuple(
                SearchEntry(
                    sampler=one.called,
                    learns=one.sampler.learns,
                    seed=one.goal.seed,
                    seeds=one.seeds,
                    trials=proposed[one.name] if one.name in used_up else one.goal.trials,
                )
                for one in self.searches
            ),
            trials=tuple(each.record() for each in tried),
        )

    def _judge(self, each: _Tried, made: Mapping[str, Run | None]) -> float | None:
        """Return what a trial came to, and note which of its runs were pruned."""
        runs = [run for experiment, _ in each.runs if (run := made[experiment.id])]
        now = [run.id for run in runs if run.status == "pruned"]
        each.pruned = list(dict.fromkeys([*each.pruned, *now]))
        return came_to(runs, self.objective, each.pruned)

    def _compare(self, folder: Path, before: SearchRecord | None) -> None:
        """Warn of samplers that are others than those that have proposed."""
        if not before:
            return
        has_proposed = {trial.sampler for trial in before.trials}
        for name, now in {one.called: one.made_with for one in self.searches}.items():
            then = before.made_with.get(name)
            if then and name in has_proposed and (changed := "; by ".join(sampler_changes(then, now))):
                warnings.warn(f"{folder}: its trials were proposed by {changed}", PluginWarning, stacklevel=3)

    def _rule(self, folder: Path, tried: Sequence[_Tried]) -> MedianRule:
        made = [
            _load(folder / experiment.id)
            for each in tried
            for experiment, _ in each.runs
            if experiment.id not in each.pruned
        ]
        there = [run for run in made if run]
        return MedianRule.of(there, self.objective, maximize=self.searches[0].goal.maximize)


@dataclass
class _Tried:
    search: OneSearch
    proposals: Proposals
    trial: Trial
    runs: Runs
    theirs: Trial | None  # as another machine has it that makes its runs
    pruned: list[str]  # those of its runs that were

    def record(self) -> ProposedTrial:
        """Return it as the ledger has it."""
        return ProposedTrial(
            sampler=self.search.called,
            seed=self.search.goal.seed,
            number=self.trial.number,
            point=dict(self.trial.point),
            runs=tuple(experiment.id for experiment, _ in self.runs),
            pruned=tuple(self.pruned),
            elsewhere=Elsewhere(self.theirs.state, self.theirs.value) if self.theirs else None,
        )


def _before(folder: Path) -> SearchRecord | None:
    """Return what the ledger has of earlier searches."""
    try:
        return Ledger.read(folder).search
    except ValueError:  # none yet, or damaged
        return None


@contextlib.contextmanager
def _masking() -> Iterator[None]:
    """Keep passwords out of what a sampler has to say of its storage."""
    try:
        yield
    except ValueError as error:
        if masked(str(error)) == str(error):
            raise
        raise ValueError(masked(str(error))) from None


def _each_once(runs: Runs) -> tuple[list[Experiment], list[list[str]]]:
    """Return experiments, and their overrides; several trials may have the same."""
    once = {experiment.id: (experiment, job) for experiment, job in runs}
    return [experiment for experiment, _ in once.values()], [job for _, job in once.values()]


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
