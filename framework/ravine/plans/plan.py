"""Plan: what a command will run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ravine.base.errors import ConfigError
from ravine.engine.experiment import Experiment
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Subject
from ravine.records.labels import cut, told_apart
from ravine.records.searches import SearchRecord
from ravine.records.study import Study

__all__ = ["Expect", "GridPlan", "Plan", "Round", "Stage"]

Expect: TypeAlias = Callable[[str, Experiment, Subject, int], None]
"""Hears of a study while it is planned: its name, one of its runs, what it is about, how many it may have."""


@dataclass(frozen=True)
class Round:
    """Runs that can be made side by side.

    Parameters
    ----------
    experiments : list of Experiment
        In order, each once.
    jobs : list of list of str
        Overrides of each.
    search : SearchRecord or None
        What the ledger keeps of the search that they belong to.
    rule : MedianRule or None
        The rule that may prune them.
    """

    experiments: list[Experiment]
    jobs: list[list[str]]
    search: SearchRecord | None = None
    rule: MedianRule | None = None

    @property
    def labels(self) -> list[str]:
        """A label for each run: its overrides that not all runs have, and those that are searched."""
        common = set.intersection(*map(set, self.jobs)) if len(self.jobs) > 1 else set()
        searched = self.search.keys if self.search else []
        common = {word for word in common if word.partition("=")[0] not in searched}
        names = [_label([word for word in job if word not in common]) for job in self.jobs]
        return told_apart(names, [tuple(job) for job in self.jobs])


@dataclass(frozen=True)
class Plan(ABC):
    """What a command will run, in one stage or in several, each in a folder of its own.

    Parameters
    ----------
    study : str
        The name of its folder in ``runs/``.
    command : str
        The command that asks for it.
    subject : Subject
        What the study is about.
    """

    study: str
    command: str
    subject: Subject

    @property
    @abstractmethod
    def total(self) -> int:
        """How many runs it has, as far as that can be known."""

    @abstractmethod
    def known(self, folder: Path) -> list[tuple[Path, Stage]]:
        """Return its stages, each with its folder, before any run is made; the last is that of the study.

        A stage that follows from runs that are not made has runs like those that it will have.
        """

    @abstractmethod
    def is_settled(self, folder: Path) -> bool:
        """Whether the runs of its last stage are known: they follow from no run that is not made."""

    @abstractmethod
    def stages(self, folder: Path) -> Iterator[tuple[Path, Stage]]:
        """Yield its stages, each with its folder, and go on when their runs have been made.

        Raises
        ------
        IncompleteError
            If the next stage follows from runs that are missing or lost.
        """

    @abstractmethod
    def asked(self) -> list[str]:
        """Return the ids of the runs that this command has asked for in the study's own folder."""

    @property
    def lost(self) -> list[str]:
        """Sentences on what it could not have, as far as its stages were made."""
        return []

    @abstractmethod
    def is_made(self, study: Study) -> bool:
        """Whether a study, all of whose runs have ended, has exactly the runs of this plan."""


@dataclass(frozen=True)
class Stage(Plan):
    """Runs that share a folder."""

    @property
    @abstractmethod
    def first(self) -> Round:
        """The runs that are known before any has been made."""

    @property
    def prunes(self) -> bool:
        """Whether runs may be pruned."""
        return False

    @property
    def alone(self) -> bool:
        """Whether the folder's study has these runs only, whatever earlier commands asked for."""
        return False

    @property
    def seeds(self) -> int:
        """How many runs a trial has: one for each seed."""
        return 1

    @abstractmethod
    def rounds(self, folder: Path) -> Iterator[Round]:
        """Yield the runs that have to be made next, and go on when they have been made.

        Raises
        ------
        ConfigError, ValueError
            If the next runs cannot be run.
        """

    @abstractmethod
    def foreseen(self, search: SearchRecord | None) -> tuple[Round, int]:
        """Return the runs that are known before it goes on, and how many trials of a search are not known.

        Parameters
        ----------
        search : SearchRecord or None
            What the ledger has of its searches.
        """

    def known(self, folder: Path) -> list[tuple[Path, Stage]]:
        """Return itself."""
        return [(folder, self)]

    def is_settled(self, folder: Path) -> bool:
        """Return True: it is a stage of its own."""
        return True

    def stages(self, folder: Path) -> Iterator[tuple[Path, Stage]]:
        """Yield itself."""
        yield folder, self


@dataclass(frozen=True)
class GridPlan(Stage):
    """One run, or a grid of runs, all of which are known.

    Parameters
    ----------
    study, command, subject
        See ``Plan``.
    runs : Round
        All of its runs.
    chosen : bool
        Whether they follow from searches; then the study has the runs of the last choice only.
    """

    runs: Round
    chosen: bool = False

    @property
    def alone(self) -> bool:
        """Whether earlier choices are left out."""
        return self.chosen

    def known(self, folder: Path) -> list[tuple[Path, Stage]]:
        """Return itself.

        Raises
        ------
        ConfigError
            If the folder holds a tuned comparison, whose runs were all chosen alike.
        """
        if not self.chosen and (folder / "tuning").is_dir():
            asks = "the command asks for runs that no search has chosen"
            raise ConfigError(
                f"{folder}: it holds a tuned comparison, and {asks}: study=OTHER keeps them apart"
            )
        return super().known(folder)

    @property
    def first(self) -> Round:
        """All of its runs."""
        return self.runs

    @property
    def total(self) -> int:
        """How many runs it has."""
        return len(self.runs.experiments)

    def rounds(self, folder: Path) -> Iterator[Round]:
        """Yield all of its runs."""
        yield self.runs

    def foreseen(self, search: SearchRecord | None) -> tuple[Round, int]:
        """Return all of its runs, and 0."""
        return self.runs, 0

    def asked(self) -> list[str]:
        """Return the ids of all of its runs."""
        return [experiment.id for experiment in self.runs.experiments]

    def is_made(self, study: Study) -> bool:
        """Whether a study has exactly the runs of this plan."""
        return study.ledger.runs == self.asked()


# Letters of an override in a label, from which on it is abbreviated.
_LONG = 44


def _label(job: Sequence[str]) -> str:
    """Return the label of a run: its overrides, without the experiment and the study."""
    words = [cut(word, _LONG) for word in job if not word.startswith(("experiment=", "study=", "hydra"))]
    return " ".join(words) or "run"
