"""The contract of a sampler: the points of a space that a search tries."""

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
    """The goal of a search.

    Parameters
    ----------
    maximize : bool
        Whether a higher objective is better.
    trials : int
        How many trials the search has in all.
    seed : int
        The seed of all randomness in the proposals.
    """

    maximize: bool
    trials: int
    seed: int


class Proposals(ABC):
    """The proposals of one search. A search that continues asks for all of them again, and gets the same."""

    @abstractmethod
    def ask(self, n: int) -> list[Trial]:
        """Return the next ``n`` trials, or fewer if all points of the space have been proposed."""

    @abstractmethod
    def tell(self, trial: Trial, value: float | None) -> None:
        """Take the value of a trial; None if the trial is lost, because a run diverged, failed or was pruned.

        Trials that were asked for in one call are told one after the other, in the order of their numbers.
        """

    def elsewhere(self, trial: Trial) -> Trial | None:
        """Return what is known of a trial that is made on a different machine; None if it is made here.

        There are such trials only if machines share the storage of a sampler. For these ``tell`` is not called.
        """
        return None


@dataclass(frozen=True)
class Sampler(Component, ABC):
    """A rule that chooses the points that a search tries.

    Attributes
    ----------
    learns : bool
        Whether proposals depend on the values of earlier trials. If not, all are known before the first run,
        and their runs can be made in parallel.
    packages : tuple of str
        Distributions that compute proposals, besides the requirements of the plugin's own distribution. A study
        records their versions.
    independent : bool
        Whether every point is drawn from the whole space, independently of all others. Only then intervals over
        trials are valid.

    Examples
    --------
    Most samplers are a ``StatelessSampler``. All others make their own ``Proposals``:

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
        """Begin a search, or continue it.

        Parameters
        ----------
        space, goal
            The space to search, and the goal.
        place : Path
            A folder for this search only, in the study's folder. A sampler that writes files makes it.
        storage : str or None
            The user's setting ``search.storage``, for samplers that keep trials in a storage.

        Raises
        ------
        ValueError
            If the sampler cannot search such a space, or cannot use such a storage.
        """


@dataclass(frozen=True)
class StatelessSampler(Sampler):
    """A sampler whose proposals depend on the earlier trials only.

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
        """Return a point to try; None if all points have been tried.

        Parameters
        ----------
        space : Space
            The space to search.
        trials : sequence of Trial
            All earlier trials, in order; some of them may still be running.
        number : int
            The number of the trial, from 0.
        goal : Goal
            The goal of the search. The same space, trials, number and goal must give the same point: all
            randomness comes from ``numpy.random.default_rng([goal.seed, number])``.

        Raises
        ------
        ValueError
            If this sampler cannot search such a space.
        """

    def begin(self, space: Space, goal: Goal, place: Path, storage: str | None) -> Proposals:
        """Return proposals that depend on the earlier trials only."""
        if storage is not None:
            raise ValueError(f"search.storage = {storage!r}: {type(self).__name__} does not use a storage")
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
