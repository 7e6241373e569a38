"""Tuned: what the searches below a study's folder have chosen for its runs, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ravine.base.errors import IncompleteError
from ravine.base.tables import as_text
from ravine.records.axes import flat, value_text
from ravine.records.ledger import LEDGER, Ledger
from ravine.records.run import Run
from ravine.records.searches import SearchRecord
from ravine.records.space import Choice, Dimension
from ravine.records.study import Study, load_study
from ravine.records.summary import came_to, ranked_trials
from ravine.records.trial import Trial

__all__ = [
    "LostArm",
    "NothingChosenError",
    "Tuned",
    "best_of",
    "last_command",
    "lost_arms",
    "place_of",
    "searches_below",
    "tuned",
    "tuned_text",
]

EDGE = 0.05
"""The share of an interval, on its own scale, that counts as its edge."""


class NothingChosenError(IncompleteError):
    """A search has ended, and none of its trials has come to its end."""


@dataclass(frozen=True)
class Tuned:
    """What a search has chosen.

    Parameters
    ----------
    arm : str
        What was tuned.
    record : SearchRecord
        Its search.
    trial : Trial
        The best of its trials.
    n : int
        How many runs each of its trials has.
    again : list of Run
        The runs of the study with the same settings, with seeds that the search has not seen.
    """

    arm: str
    record: SearchRecord
    trial: Trial
    n: int
    again: list[Run]

    @property
    def value_again(self) -> float | None:
        """The mean objective of the runs that were made again; None if one of them is lost, as in a search."""
        return came_to(self.again, self.record.objective) if self.again else None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for a program."""
        return {
            "arm": self.arm,
            "chosen": dict(self.trial.point),
            "objective": self.record.objective,
            "trials": self.record.searches[0].trials,
            "runs": self.n,
            "in_search": self.trial.value,
            "on_new_seeds": self.value_again,
            "edges": self.edges,
        }

    @property
    def edges(self) -> list[str]:
        """Sentences on the settings whose best value is at an end of what was tried."""
        shares = self.record.space.shares(self.trial.point)
        found = []
        for dimension, share in zip(self.record.space.dimensions, shares, strict=True):
            value = self.trial.point[dimension.key]
            if end := _end(dimension, value, share):
                where = f"is at the {end} end of {dimension}"
                found.append(f"{self.arm}: the best {dimension.key}, {value_text(value)}, {where}")
        return found


@dataclass(frozen=True)
class LostArm:
    """An arm that is not compared, because no trial of its search came to its end.

    Parameters
    ----------
    arm : str
        What was tuned.
    search : Path
        The folder of its search, whose runs say why.
    trials : int
        How many trials it had.
    """

    arm: str
    search: Path
    trials: int

    def __str__(self) -> str:
        none = "its trial did not come" if self.trials == 1 else f"none of its {self.trials} trials came"
        place = self.search.as_posix()
        return f"{self.arm} is not compared: {none} to an end; ravine status {place} says how they ended"

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for a program."""
        return {"arm": self.arm, "search": self.search.as_posix(), "trials": self.trials}


def place_of(folder: Path, arm: str) -> Path:
    """Return the folder of the search that tunes an arm of a study."""
    # A name of dots alone is a folder that is there already.
    return folder / "tuning" / (re.sub(r"[^A-Za-z0-9._=+-]+", "_", arm).lstrip(".") or "_")


def searches_below(folder: Path) -> list[Path]:
    """Return the folders of the searches that tune the arms of a study; none if it is not tuned."""
    return [ledger.parent for ledger in sorted((folder / "tuning").glob(f"*/{LEDGER}"))]


def last_command(folder: Path) -> str:
    """Return the command that a study was given last.

    A command that was stopped while it tuned an arm stands in the search of that arm, and not yet in the study.

    Raises
    ------
    ValueError
        If the folder is not a study, and no arm of one is tuned below it.
    """
    begun = [study for place in searches_below(folder) if not _is_made(study := load_study(place))]
    if begun or not (folder / LEDGER).exists():
        # Where all searches have ended, that of the last arm was made last.
        begun = begun or [load_study(place) for place in searches_below(folder)]
        newest = max(begun, key=lambda study: (study.folder / LEDGER).stat().st_mtime_ns, default=None)
        if newest:
            return newest.ledger.command
    return Ledger.read(folder).command


def _is_made(study: Study) -> bool:
    searched = study.searched
    return searched is None or all(searched.has_ended(entry.key) for entry in searched.record.searches)


def best_of(study: Study) -> Trial:
    """Return the best trial of a study with one search.

    Raises
    ------
    IncompleteError
        If the search has not come to its end; ``NothingChosenError`` if none of its trials has.
    ValueError
        If the study is not one search.
    """
    searched = study.searched
    if searched is None or len(searched.record.searches) != 1:
        raise ValueError(f"{study.folder}: it is not one search, and nothing says which has chosen")
    (key,) = [entry.key for entry in searched.record.searches]
    if not searched.has_ended(key):
        raise IncompleteError(f"{study.folder}: the search has not ended; the same command goes on with it")
    ranked = ranked_trials(searched.tried[key], maximize=searched.record.maximize)
    if not ranked:
        raise NothingChosenError(
            f"{study.folder}: no trial came to its end, so nothing is chosen; ravine status {study.folder} "
            "says more"
        )
    return ranked[0][0]


def tuned(study: Study) -> list[Tuned]:
    """Return what searches have chosen for the runs of a study, in the order of its runs; nothing if none has.

    Raises
    ------
    ValueError, OSError
        If the folder of a search is damaged.
    """
    found = []
    for place in searches_below(study.folder):
        search = load_study(place)
        try:
            trial = best_of(search)
        except IncompleteError:
            continue
        record = search.ledger.search
        assert record is not None
        wanted = {**record.settings, **trial.point}
        asked = [run for run, settings in study.asked.items() if _has(settings, wanted)]
        if asked:
            again = [study.runs[run] for run in asked if run in study.runs]
            arm = Tuned(place.name, record, trial, len(record.searches[0].seeds), again)
            found.append((study.ledger.runs.index(asked[0]), arm))
    return [each for _, each in sorted(found, key=lambda item: item[0])]


def lost_arms(study: Study) -> list[LostArm]:
    """Return the arms of a tuned comparison that it does not have; none if it is not tuned.

    Raises
    ------
    ValueError, OSError
        If the folder of a search is damaged.
    """
    lost = []
    for place in searches_below(study.folder):
        search = load_study(place)
        try:
            best_of(search)
        except NothingChosenError:
            lost.append(LostArm(place.name, place, len(search.tried)))
        except IncompleteError:
            continue
    return lost


def tuned_text(study: Study) -> str:
    """Return a table of what searches have chosen for a study's runs, and of its values then and again.

    Arms of which nothing came have a line each.
    """
    return "\n".join(filter(None, (_chosen_text(tuned(study)), *map(str, lost_arms(study)))))


def _chosen_text(arms: Sequence[Tuned]) -> str:
    if not arms:
        return ""
    record = arms[0].record
    rows = [["tuned", "chosen", "in the search", "on new seeds", "change"]]
    for arm in arms:
        chosen = " ".join(f"{key}={value_text(value)}" for key, value in arm.trial.point.items())
        then, now = arm.trial.value, arm.value_again
        assert then is not None
        again = ["-", "-"] if now is None else [f"{now:.4g}", f"{now - then:+.2g}"]
        rows.append([arm.arm, chosen, f"{then:.4g}", *again])
    trials, objective = {arm.record.searches[0].trials for arm in arms}, record.objective.replace("_", " ")
    budget = _counted(max(trials), "trial") if len(trials) == 1 else f"{min(trials)} to {max(trials)} trials"
    runs = _counted(arms[0].n, "run")
    head = f"each chosen by {objective} among {budget} of {runs}:"
    return "\n".join([head, as_text(rows, left=2), *[edge for arm in arms for edge in arm.edges]])


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _has(settings: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a run has these settings, whatever its seed is."""
    settings = flat(settings)
    return all(settings.get(key) == value for key, value in wanted.items() if key != "seed")


def _end(dimension: Dimension, value: object, share: float) -> str:
    """Return which end of a dimension a value is at: "lower", "upper", or "" if it is at none."""
    if isinstance(dimension, Choice):
        numbers = [each for each in dimension.values if isinstance(each, int | float)]
        if len(numbers) < 3 or len(numbers) < len(dimension.values):
            return ""
        return "lower" if value == min(numbers) else "upper" if value == max(numbers) else ""
    return "lower" if share <= EDGE else "upper" if share >= 1 - EDGE else ""
