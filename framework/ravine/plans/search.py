"""Search: trials that a sampler proposes, judged by what their runs come to."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from ravine.base.errors import ConfigError, PluginWarning, masked
from ravine.base.names import nearest
from ravine.base.types import Point
from ravine.base.warn import warn
from ravine.contracts.sampler import Goal, Proposals, Sampler, StatelessSampler
from ravine.engine.experiment import Experiment
from ravine.plans.plan import Round, Stage
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Search
from ravine.records.axes import value_text
from ravine.records.directions import higher_is_better
from ravine.records.files import refuse_link
from ravine.records.ledger import LEDGER, Ledger
from ravine.records.locks import locked
from ravine.records.run import Run
from ravine.records.searches import Elsewhere, ProposedTrial, SearchEntry, SearchRecord
from ravine.records.space import Space
from ravine.records.study import Study
from ravine.records.summary import came_to
from ravine.records.trial import Trial
from ravine.registry.guard import guarded
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
        The sampler's name, and the sampler.
    made_with : dict
        The plugin and the versions that the sampler comes from: see ``made_with``.
    goal : Goal
        What the sampler searches for.
    compose : callable
        Makes a trial's runs from its point, one run for each seed, with their overrides.
    seeds : tuple of int
        The seeds of a trial's runs.
    """

    called: str
    sampler: Sampler
    made_with: Mapping[str, Any]
    goal: Goal
    compose: Callable[[Point], Runs]
    seeds: tuple[int, ...]

    @property
    def name(self) -> str:
        """A name that no other search of the study has."""
        return f"{self.called}-{self.goal.seed}".replace("/", "-")


@dataclass(frozen=True)
class SearchPlan(Stage):
    """The plan of one or several searches of the same space, as far as it can be known.

    Parameters
    ----------
    study, command, subject
        See ``Plan``.
    settings, space
        How, and in which space, it searches.
    objective : str
        The metric that is a trial's value.
    middle : dict
        Settings that the runs in the middle of the space have in all searches, by their full keys.
    searches : tuple of OneSearch
        One for each sampler and each ``search.seed`` of the command.
    """

    settings: Search
    space: Space
    objective: str
    middle: Mapping[str, Any]
    searches: tuple[OneSearch, ...]
    # Another command may go on with the same search, and write its runs into the ledger.
    _own: list[str] = field(init=False, default_factory=list, compare=False, repr=False)

    @property
    def seeds(self) -> int:
        """How many runs a trial has: one for each seed."""
        return len(self.searches[0].seeds)

    @property
    def total(self) -> int:
        """How many runs it has, if no two later trials have the same point."""
        runs, left = self.foreseen(None)
        return len(runs.experiments) + left * self.seeds

    @property
    def at_once(self) -> int:
        """How many runs its first round has at most."""
        return sum(self._next(one, 0) for one in self.searches) * self.seeds

    @property
    def prunes(self) -> bool:
        """Whether runs may be pruned."""
        return self.settings.prune

    def asked(self) -> list[str]:
        """Return the ids of the runs of its rounds so far."""
        return list(dict.fromkeys(self._own))

    def is_made(self, study: Study) -> bool:
        """Whether a study has as many trials as the plan, and begins with the plan's first runs."""
        assert self.first.search is not None
        trials = sum(search.trials for search in self.first.search.searches)
        known = [experiment.id for experiment in self.first.experiments]
        return study.ledger.runs[: len(known)] == known and len(study.tried) == trials

    @functools.cached_property
    def first(self) -> Round:
        """What is known before any run: the first batch of a sampler that learns, all trials of another.

        Which of their runs will be pruned is not known.
        """
        without = replace(self, settings=replace(self.settings, storage=None, prune=False))
        with tempfile.TemporaryDirectory() as place:
            known = next(without.rounds(Path(place)))
        assert known.search is not None
        return replace(known, search=replace(known.search, prune=self.settings.prune))

    def foreseen(self, search: SearchRecord | None) -> tuple[Round, int]:
        """Return the runs that are known before it goes on, and how many trials are not known.

        Parameters
        ----------
        search : SearchRecord or None
            What the ledger has of its searches, which may have proposed trials already.
        """
        first = self.first.search
        assert first is not None
        at_once = {trial.key for trial in first.trials}
        proposed = {trial.key: trial for trial in search.trials} if search else {}
        theirs = {run for trial in proposed.values() if trial.elsewhere for run in trial.runs}
        known = zip(self.first.experiments, self.first.jobs, strict=True)
        runs, left = [(experiment, job) for experiment, job in known if experiment.id not in theirs], 0
        for search_plan, entry in zip(self.searches, first.searches, strict=True):
            for number in range(entry.trials):
                key = (*entry.key, number)
                if key in at_once:
                    continue
                if key not in proposed:
                    left += 1
                elif not proposed[key].elsewhere:
                    runs += search_plan.compose(proposed[key].point)
        return Round(*_each_once(runs)), left

    def rounds(self, folder: Path) -> Iterator[Round]:
        """Yield the runs that have to be made next, and go on when they have been made.

        Raises
        ------
        ConfigError
            If a proposal cannot be run.
        ValueError
            If the sampler cannot search such a space, or cannot use its storage.
        """
        before = _before(folder)
        self._compare(folder, before)
        kept = before.trials if before and before.prune and self.settings.prune else ()
        pruned = {trial.key: trial.pruned for trial in kept}
        remembered = {trial.key: trial for trial in before.trials} if before else {}
        remembers = {one.name for one in self.searches if self._remembers(one, folder)}
        begun = [(one, self._begun(one, folder)) for one in self.searches]
        tried: list[_Tried] = []
        told_last: SearchRecord | None = None
        # Names of searches whose space has no more points.
        used_up: set[str] = set()
        while True:
            batch: list[_Tried] = []
            told = len(used_up)
            for one, proposals in begun:
                n = self._next(one, sum(each.search is one for each in tried))
                if n and one.name not in used_up:
                    # Another command may go on with the same search at the same time.
                    with locked(folder), _asking(one.sampler):
                        numbers = [each.trial.number for each in tried if each.search is one]
                        trials = [
                            (trial, _elsewhere(proposals, trial))
                            for trial in _proposed(proposals, n, self.space, numbers)
                        ]
                        if one.name in remembers:
                            self._refuse_different(one, folder, [trial for trial, _ in trials], remembered)
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
            self._own.extend(experiment.id for experiment in runs[0])
            told_last = self._record(tried, used_up)
            yield Round(*runs, told_last, rule)
            made = {experiment.id: _load(folder / experiment.id) for experiment in runs[0]}
            # If a worker has died, the next command makes its run: the run is missing, not lost.
            if not all(made.values()):
                return
            for each in ours:
                value = self._judge(each, made)
                with locked(folder), _asking(each.search.sampler):
                    each.proposals.tell(each.trial, value)
        for each in tried:
            if each.theirs:
                with _asking(each.search.sampler):
                    each.theirs = _elsewhere(each.proposals, each.trial)
        # The values of the last trials belong into the ledger too.
        if (record := self._record(tried, used_up)) != told_last:
            yield Round([], [], record)

    def _begun(self, one: OneSearch, folder: Path) -> Proposals:
        """Begin a search in its folder."""
        place = self._place(one, folder)
        refuse_link(place, place)
        with _asking(one.sampler):
            proposals: Any = one.sampler.begin(self.space, one.goal, place, _at_home(self.settings.storage))
            if not isinstance(proposals, Proposals):
                raise TypeError(f"begin returned {proposals!r:.80}, not Proposals")
        return proposals

    def _place(self, one: OneSearch, folder: Path) -> Path:
        """Return a search's folder in the study's, because other searches may join it in the study later."""
        return folder / f"{folder.name}-{one.name}"

    def _remembers(self, one: OneSearch, folder: Path) -> bool:
        """Whether a sampler keeps its trials itself, and may have some already."""
        place = self._place(one, folder)
        kept = self.settings.storage is not None or (place.is_dir() and any(place.iterdir()))
        return kept and not isinstance(one.sampler, StatelessSampler)

    def _refuse_different(
        self,
        one: OneSearch,
        folder: Path,
        trials: Sequence[Trial],
        remembered: Mapping[tuple[str, int, int], ProposedTrial],
    ) -> None:
        """Refuse trials that a sampler remembers with other points than the ledger."""
        storage = self.settings.storage
        where = self._place(one, folder) if storage is None else f"search.storage = {storage}"
        for trial in trials:
            known = remembered.get((one.called, one.goal.seed, trial.number))
            for key, there in known.point.items() if known else ():
                if (here := trial.point[key]) != there:
                    raise ValueError(
                        f"{where}: it has trial {trial.number} with {key}={value_text(here)}, "
                        f"and {folder / LEDGER} with {key}={value_text(there)}: one of them was changed; "
                        "without it the same command proposes anew, and study=NAME keeps them apart"
                    )

    def _next(self, one: OneSearch, done: int) -> int:
        """Return how many trials of a search come next: a batch if later trials depend on their values."""
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
        """Return the value of a trial, None if it is lost, and note which of its runs were pruned."""
        runs = [run for experiment, _ in each.runs if (run := made[experiment.id])]
        now = [run.id for run in runs if run.status == "pruned"]
        each.pruned = list(dict.fromkeys([*each.pruned, *now]))
        return came_to(runs, self.objective, each.pruned)

    def _compare(self, folder: Path, before: SearchRecord | None) -> None:
        """Warn if a sampler is not the same, or not of the same version, as when it proposed earlier trials."""
        if not before:
            return
        has_proposed = {trial.sampler for trial in before.trials}
        for name, now in {one.called: one.made_with for one in self.searches}.items():
            then = before.made_with.get(name)
            if then and name in has_proposed and (changed := "; by ".join(sampler_changes(then, now))):
                warn(f"{folder}: its trials were proposed by {changed}", PluginWarning)

    def _rule(self, folder: Path, tried: Sequence[_Tried]) -> MedianRule:
        made = [
            _load(folder / experiment.id)
            for each in tried
            for experiment, _ in each.runs
            if experiment.id not in each.pruned
        ]
        return MedianRule.of(
            [run for run in made if run], self.objective, maximize=self.searches[0].goal.maximize
        )


def _at_home(storage: str | None) -> str | None:
    """Return a storage with the home in place of the ~ with which its file begins."""
    if storage is None:
        return None
    return re.sub(r"^(\w+:(?:///)?|)(~.*)", lambda of: of[1] + os.path.expanduser(of[2]), storage)


@dataclass
class _Tried:
    search: OneSearch
    proposals: Proposals
    trial: Trial
    runs: Runs
    # The trial as another machine knows it, if that machine makes its runs.
    theirs: Trial | None
    # Ids of those of its runs that were pruned.
    pruned: list[str]

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
    except ValueError:
        # There is none yet, or it is damaged.
        return None


@contextlib.contextmanager
def _asking(sampler: Sampler) -> Iterator[None]:
    """Name a sampler in its errors, and keep passwords out of those about its storage."""
    try:
        with guarded(sampler):
            yield
    except ValueError as error:
        if masked(str(error)) == str(error):
            raise
        raise ValueError(masked(str(error))) from None


def _proposed(proposals: Proposals, n: int, space: Space, numbers: Sequence[int]) -> list[Trial]:
    """Return the next trials of a search, at most ``n``, after a check that each is of its space.

    Raises
    ------
    TypeError, ValueError
        If they are not trials, are not of the space, or have ``numbers`` of earlier ones; if there are none.
    """
    trials: Any = proposals.ask(n)
    are_trials = isinstance(trials, list | tuple) and all(isinstance(trial, Trial) for trial in trials)
    if not are_trials or len(trials) > n:
        raise TypeError(f"ask({n}) returned {trials!r:.80}, not a list of up to {n} trials")
    if not trials and not numbers:
        raise ValueError("it proposes no trial at all")
    seen = {*numbers}
    for trial in trials:
        if trial.number in seen:
            raise ValueError(f"it proposes trial {trial.number} twice")
        seen.add(trial.number)
        keys = [dimension.key for dimension in space.dimensions]
        if not isinstance(trial.point, Mapping) or trial.point.keys() != {*keys}:
            settings = ", ".join(keys)
            raise ValueError(
                f"trial {trial.number}: its point {trial.point!r:.80} does not have the settings of the space: "
                f"{settings}"
            )
        for dimension in space.dimensions:
            if not dimension.has(value := trial.point[dimension.key]):
                raise ValueError(
                    f"trial {trial.number}: {dimension.key} = {value!r} is not in the space, {dimension}"
                )
    return list(trials)


def _elsewhere(proposals: Proposals, trial: Trial) -> Trial | None:
    """Return what is known of a trial that is made on a different machine.

    Raises
    ------
    TypeError
        If that is not a trial.
    """
    known: Any = proposals.elsewhere(trial)
    if not (known is None or isinstance(known, Trial)):
        raise TypeError(f"elsewhere returned {known!r:.80}, not a trial or None")
    return known


def _each_once(runs: Runs) -> tuple[list[Experiment], list[list[str]]]:
    """Return each experiment once, and its overrides: several trials may have the same runs."""
    once: dict[str, tuple[Experiment, list[str]]] = {}
    for experiment, job in runs:
        once.setdefault(experiment.id, (experiment, job))
    return [experiment for experiment, _ in once.values()], [job for _, job in once.values()]


def _load(place: Path) -> Run | None:
    try:
        return Run.load(place)
    except (FileNotFoundError, ValueError):
        return None


def aim(settings: Search, start: Run) -> tuple[str, bool]:
    """Return the metric that is a trial's value, and whether a higher one is better.

    Parameters
    ----------
    settings : Search
        The settings of the search.
    start : Run
        One of its runs, evaluated at its start.

    Raises
    ------
    ConfigError
        If there is no such metric, or it is measured on the test examples.
    """
    metrics = [name for name in start.final if not name.startswith("test_")]
    objective = settings.objective or next((name for name in _DEFAULTS if name in metrics), _DEFAULTS[0])
    kinds = {name.partition("_")[0] for name in metrics}
    if objective.startswith("validation_") and "train" in kinds and "validation" not in kinds:
        raise ConfigError("a search needs examples to choose by: dataset.validation=0.2 sets a fifth aside")
    if objective.startswith("test_"):
        raise ConfigError(
            f"search.objective = {objective}: whoever chooses by test examples has none left to judge the "
            f"choice; choose by {objective.replace('test', 'validation')}, with dataset.validation=0.2"
        )
    if objective not in metrics:
        raise ConfigError(f"search.objective: no run has {objective!r}{nearest(objective, metrics)}")
    if settings.direction:
        return objective, settings.direction == "maximize"
    higher = higher_is_better(objective)
    if higher is None:
        raise ConfigError(f"search.objective = {objective}: is more of it better? search.direction=maximize")
    return objective, higher


_DEFAULTS = ("validation_accuracy", "validation_loss", "value")
