"""The contract of a sampler: which point of a space a search tries next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ravine.base.types import Point
from ravine.contracts.component import Component
from ravine.records.space import Space
from ravine.records.trial import Trial

__all__ = [
    "Goal",
    "Proposals",
    "Sampler",
    "StatelessSampler",
]


@dataclass(frozen=True)
class Goal:
    """What a search is after.

    Parameters
    ----------
    maximize : bool
        Whether a higher objective is better.
    trials : int
        How many trials there shall be in all.
    seed : int
        Of all chance in the proposals.
    """

    maximize: bool
    trials: int
    seed: int


class Proposals(ABC):
    """One search's proposals, from the first: whoever goes on asks for all of them again, and gets the same."""

    @abstractmethod
    def ask(self, n: int) -> list[Trial]:
        """Return the next trials, ``n`` of them, or fewer where the space is used up."""

    @abstractmethod
    def tell(self, trial: Trial, value: float | None) -> None:
        """Take the objective of a trial; None where its runs diverged or failed.

        Trials that were asked for together are told together, in the order of their numbers.
        """

    def elsewhere(self, trial: Trial) -> Trial | None:
        """Return what is known by now of a trial that another machine makes; None of one that is made here.

        There are such trials only where machines share what a sampler remembers. They are not told.
        """
        return None


@dataclass(frozen=True)
class Sampler(Component, ABC):
    """A rule by which a search goes on.

    Attributes
    ----------
    learns : bool
        Whether proposals depend on what came of earlier ones. Those that do not are all known before the
        first run, and their runs can be made side by side.
    packages : tuple of str
        Distributions that proposals come from, beside those that the plugin's own always requires: a study
        keeps their versions.
    independent : bool
        Whether every point is drawn on its own from all of the space, so that other trials could have been
        drawn as well: then chance among trials gives intervals.

    Examples
    --------
    Most samplers are a ``StatelessSampler``. One that is not says itself what comes next:

    >>> from dataclasses import dataclass
    >>> from ravine import Proposals, Sampler, Trial
    >>> class Listed(Proposals):
    ...     def __init__(self, points):
    ...         self.points, self.next = points, 0
    ...
    ...     def ask(self, n):
    ...         numbers = range(self.next, min(self.next + n, len(self.points)))
    ...         self.next += len(numbers)
    ...         return [Trial(number, self.points[number]) for number in numbers]
    ...
    ...     def tell(self, trial, value):
    ...         pass
    >>> @dataclass(frozen=True)
    ... class Middle(Sampler):
    ...     def begin(self, space, goal, place, storage):
    ...         if storage is not None:
    ...             raise ValueError(f"search.storage = {storage!r}: there is nothing to keep")
    ...         return Listed([space.at([0.5] * len(space))])
    """

    kind: ClassVar[str] = "sampler"

    learns: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ()
    independent: ClassVar[bool] = False

    @abstractmethod
    def begin(self, space: Space, goal: Goal, place: Path, storage: str | None) -> Proposals:
        """Begin a search, or go on with it.

        Parameters
        ----------
        space, goal
            What is searched, and for what.
        place : Path
            A folder for this search alone, in the study's; made by who has something to keep.
        storage : str or None
            Where a sampler with a memory keeps it, as the user says.

        Raises
        ------
        ValueError
            If it cannot search such a space, or not keep anything in such a storage.
        """


@dataclass(frozen=True)
class StatelessSampler(Sampler):
    """A sampler whose proposals follow from the trials so far.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ravine import StatelessSampler
    >>> @dataclass(frozen=True)
    ... class Corners(StatelessSampler):
    ...     def propose(self, space, trials, *, number, goal):
    ...         rng = np.random.default_rng([goal.seed, number])
    ...         return space.at(rng.integers(2, size=len(space)))
    """

    @abstractmethod
    def propose(self, space: Space, trials: Sequence[Trial], *, number: int, goal: Goal) -> Point | None:
        """Return a point to try; None where all have been.

        Parameters
        ----------
        space : Space
            Where it lies.
        trials : sequence of Trial
            All earlier trials, in order, some of which are still running.
        number : int
            The trial's, from 0.
        goal : Goal
            What is searched for. The same space, trials, number and goal give the same point: all chance comes
            from ``numpy.random.default_rng([goal.seed, number])``.

        Raises
        ------
        ValueError
            If this sampler cannot search such a space.
        """

    def begin(self, space: Space, goal: Goal, place: Path, storage: str | None) -> Proposals:
        """Return proposals that need nothing but the trials."""
        if storage is not None:
            raise ValueError(f"search.storage = {storage!r}: {type(self).__name__} keeps nothing anywhere")
        return _Proposed(self, space, goal)


class _Proposed(Proposals):
    def __init__(self, sampler: StatelessSampler, space: Space, goal: Goal) -> None:
        self._sampler, self._space, self._goal = sampler, space, goal
        self._trials: list[Trial] = []

    def ask(self, n: int) -> list[Trial]:
        first = len(self._trials)
        for number in range(first, first + n):
            point = self._sampler.propose(self._space, self._trials, number=number, goal=self._goal)
            if point is None:
                break
            self._trials.append(Trial(number, point))
        return self._trials[first:]

    def tell(self, trial: Trial, value: float | None) -> None:
        self._trials[trial.number] = trial.judged(value)
