"""Searches: the record of a study's searches: their objective and space, and the trials they have proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ravine.base.types import Point
from ravine.records.axes import Settings, flat, value_text
from ravine.records.run import Run
from ravine.records.space import Space
from ravine.records.summary import BEST, came_to, ranked_trials
from ravine.records.trial import State, Trial
from ravine.records.typed import checked, each

__all__ = ["Elsewhere", "ProposedTrial", "SearchEntry", "SearchKey", "SearchRecord", "Searched"]

SearchKey: TypeAlias = tuple[str, int]
"""The sampler and the seed of a search; no other search of its study has the same pair."""


@dataclass(frozen=True)
class SearchEntry:
    """One search of a study.

    Parameters
    ----------
    sampler : str
        Name of the sampler that proposes its trials.
    learns : bool
        Whether proposals depend on the values of earlier trials.
    seed : int
        The seed of the proposals.
    seeds : tuple of int
        The seeds of the runs of each trial.
    trials : int
        How many trials are asked for.
    """

    sampler: str
    learns: bool
    seed: int
    seeds: tuple[int, ...]
    trials: int

    @property
    def key(self) -> SearchKey:
        """The pair that identifies the search in its study."""
        return self.sampler, self.seed

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for a file."""
        return {**vars(self), "seeds": list(self.seeds)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> SearchEntry:
        """Read it back."""
        return checked(
            cls(
                sampler=content["sampler"],
                learns=content["learns"],
                seed=content["seed"],
                seeds=tuple(content["seeds"]),
                trials=content["trials"],
            )
        )


@dataclass(frozen=True)
class Elsewhere:
    """What is known of a trial whose runs are made on a different machine.

    Parameters
    ----------
    state, value
        See ``Trial``.
    """

    state: State
    value: float | None


@dataclass(frozen=True)
class ProposedTrial:
    """A trial that was proposed.

    Parameters
    ----------
    sampler, seed
        The sampler and the seed of its search.
    number : int
        From 0, in the order of the proposals.
    point : Point
        A value for every setting.
    runs : tuple of str
        Ids of its runs, one for each seed.
    pruned : tuple of str
        Ids of the runs that a search has pruned.
    elsewhere : Elsewhere or None
        What is known of a trial whose runs are made on a different machine; None if they are made here.
    """

    sampler: str
    seed: int
    number: int
    point: Point
    runs: tuple[str, ...]
    pruned: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None

    @property
    def search(self) -> SearchKey:
        """The search that it belongs to."""
        return self.sampler, self.seed

    @property
    def key(self) -> tuple[str, int, int]:
        """What identifies the trial in its study."""
        return self.sampler, self.seed, self.number

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for a file, without empty entries."""
        content = {
            "sampler": self.sampler,
            "seed": self.seed,
            "number": self.number,
            "point": dict(self.point),
            "runs": list(self.runs),
        }
        if self.pruned:
            content["pruned"] = list(self.pruned)
        if self.elsewhere:
            content["elsewhere"] = dict(vars(self.elsewhere))
        return content

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ProposedTrial:
        """Read it back."""
        theirs = content.get("elsewhere")
        return checked(
            cls(
                content["sampler"],
                content["seed"],
                content["number"],
                content["point"],
                tuple(content["runs"]),
                tuple(content.get("pruned", ())),
                checked(Elsewhere(**theirs)) if theirs else None,
            )
        )


@dataclass(frozen=True, repr=False)
class SearchRecord:
    """All searches of a study. They have the same space and the same settings.

    Parameters
    ----------
    objective : str
        The metric by which trials are compared.
    maximize : bool
        Whether a higher value is better.
    prune : bool
        Whether a run that is worse than earlier runs is ended early.
    space : Space
        The values that are searched.
    settings : dict
        By full key, the settings in the middle of the space.
    samplers : dict of str to dict
        By name, the fields of each sampler.
    made_with : dict of str to dict
        By name, the ``origin`` of each sampler, and ``versions`` of the packages that it proposes with.
    searches : tuple of SearchEntry
        One for every sampler and seed.
    trials : tuple of ProposedTrial
        The trials of all searches.
    """

    objective: str
    maximize: bool
    prune: bool
    space: Space
    settings: Mapping[str, Any]
    samplers: Mapping[str, Mapping[str, Any]]
    made_with: Mapping[str, Mapping[str, Any]]
    searches: tuple[SearchEntry, ...]
    trials: tuple[ProposedTrial, ...]

    def __repr__(self) -> str:
        return f"SearchRecord({', '.join(self.samplers)}: {len(self.trials)} trials of {', '.join(self.keys)})"

    @property
    def keys(self) -> list[str]:
        """The settings that are searched, by their full keys."""
        return [dimension.key for dimension in self.space.dimensions]

    @property
    def proposed(self) -> Counter[SearchKey]:
        """How many trials of each search are proposed."""
        return Counter(trial.search for trial in self.trials)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for a file."""
        return {
            **vars(self),
            "space": self.space.describe(),
            "searches": [search.to_json() for search in self.searches],
            "trials": [trial.to_json() for trial in self.trials],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> SearchRecord:
        """Read it back.

        Raises
        ------
        ValueError
            If it is not what was written; the message says what is wrong.
        """
        (record,) = each(cls._from_json, [content], "search")
        record._refuse_strangers()
        return record

    @classmethod
    def _from_json(cls, content: Mapping[str, Any]) -> SearchRecord:
        return checked(
            cls(
                objective=content["objective"],
                maximize=content["maximize"],
                prune=content["prune"],
                space=Space.from_description(content["space"]),
                settings=content["settings"],
                samplers=content["samplers"],
                made_with=content.get("made_with", {}),
                searches=each(SearchEntry.from_json, content["searches"], "searches"),
                trials=each(ProposedTrial.from_json, content["trials"], "trials"),
            )
        )

    def _refuse_strangers(self) -> None:
        """Refuse trials that belong to no search, or to another space."""
        known = {search.key for search in self.searches}
        for trial in self.trials:
            called = f"trial {trial.number} of {trial.sampler} seed={trial.seed}"
            if trial.search not in known:
                raise ValueError(f"{called} belongs to no search")
            for key in self.keys:
                if key not in trial.point:
                    raise ValueError(f"{called} has no {key}")


@dataclass(frozen=True)
class Searched:
    """How far the searches of a study have got.

    Parameters
    ----------
    record : SearchRecord
        The searches, and the trials that were proposed.
    tried : dict of SearchKey to list of (Trial, list of Run)
        The trials of every search in their order, each with those of its runs that have ended.
    """

    record: SearchRecord
    tried: Mapping[SearchKey, list[tuple[Trial, list[Run]]]]

    @classmethod
    def of(cls, record: SearchRecord, runs: Mapping[str, Run]) -> Searched:
        """Return how far searches have got, given the runs that have ended, by id."""
        tried: dict[SearchKey, list[tuple[Trial, list[Run]]]] = {}
        for proposed in record.trials:
            trial = Trial(proposed.number, proposed.point)
            ended = [runs[run] for run in proposed.runs if run in runs and runs[run].has_ended]
            if len(ended) == len(proposed.runs):
                trial = trial.judged(came_to(ended, record.objective, proposed.pruned))
            elif proposed.elsewhere:
                trial = replace(trial, **vars(proposed.elsewhere))
            tried.setdefault(proposed.search, []).append((trial, ended))
        return cls(record, tried)

    @property
    def elsewhere(self) -> dict[SearchKey, list[int]]:
        """By search, the numbers of trials that are made on different machines and have no value yet."""
        running = {
            (*search, trial.number)
            for search, tried in self.tried.items()
            for trial, _ in tried
            if trial.state == "running"
        }
        theirs: dict[SearchKey, list[int]] = {}
        for proposed in self.record.trials:
            if proposed.elsewhere and proposed.key in running:
                theirs.setdefault(proposed.search, []).append(proposed.number)
        return theirs

    @property
    def to_come(self) -> dict[SearchKey, int]:
        """By search, how many trials are not proposed yet; without the searches that have all of theirs."""
        missing = {
            entry.key: entry.trials - len(self.tried.get(entry.key, [])) for entry in self.record.searches
        }
        return {search: trials for search, trials in missing.items() if trials}

    def has_ended(self, search: SearchKey) -> bool:
        """Whether all trials of a search are proposed, and each is lost or has a value."""
        ended = all(trial.state != "running" for trial, _ in self.tried.get(search, []))
        return ended and search not in self.to_come

    @property
    def chosen(self) -> list[tuple[dict[str, Any], Run | None]]:
        """The settings, with ``sampler``, and the runs of each search's best trial.

        A run is None if its search has not ended, or if it lies on a different machine.
        """
        chosen: list[tuple[dict[str, Any], Run | None]] = []
        seeds = {entry.key: entry.seeds for entry in self.record.searches}
        for search, tried in self.tried.items():
            best_first = ranked_trials(tried, maximize=self.record.maximize)
            ended = bool(best_first) and self.has_ended(search)
            trial, runs = (best_first or tried)[0]
            for run in runs:
                chosen.append((self._settings(search, flat(run.config)), run if ended else None))
            if not runs:
                settings = {**self.record.settings, **trial.point}
                chosen += [(self._settings(search, settings | {"seed": seed}), None) for seed in seeds[search]]
        return chosen

    def _settings(self, search: SearchKey, values: Mapping[str, Any]) -> Settings:
        """Return the settings of a run, those first in which runs of searches differ."""
        first = {key: values[key] for key in ("seed", *self.record.keys) if key in values}
        sampler = {"sampler": search[0]}
        return Settings({**sampler, **first, **values, **sampler})

    def best(self) -> list[list[str]]:
        """Return a table of the best trials; if there are several searches, of the best trial of each."""
        record, several = self.record, len(self.tried) > 1
        head = ["trial", *record.keys, record.objective.replace("_", " "), "runs"]
        lines = [["search", *head] if several else head]
        for (sampler, seed), tried in self.tried.items():
            for trial, runs in ranked_trials(tried, maximize=record.maximize)[: 1 if several else BEST]:
                point = [value_text(trial.point[key]) for key in record.keys]
                line = [str(trial.number), *point, f"{trial.value:.4g}", str(len(runs))]
                lines.append([f"{sampler} seed={seed}", *line] if several else line)
        return lines
