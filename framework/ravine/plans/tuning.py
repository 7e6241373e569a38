"""Tuning: a search for each of several arms, and then the comparison of what the searches have chosen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ravine.base.errors import ConfigError, IncompleteError
from ravine.base.types import Point
from ravine.plans.plan import GridPlan, Plan, Stage
from ravine.plans.search import SearchPlan
from ravine.records.ledger import LEDGER, Ledger
from ravine.records.searches import SearchEntry
from ravine.records.study import Study, load_study
from ravine.records.tuned import NothingChosenError, best_of, place_of

__all__ = ["TuningPlan"]

Compare: TypeAlias = Callable[[Mapping[str, Point]], GridPlan]
"""From the point of each arm to the runs that are compared."""


@dataclass(frozen=True)
class TuningPlan(Plan):
    """The plan of a tuned comparison.

    Parameters
    ----------
    study, command, subject
        See ``Plan``.
    searches : dict of str to SearchPlan
        By arm, the search that tunes it.
    compare : callable
        Returns the comparison, given what is chosen for each arm.
    """

    searches: Mapping[str, SearchPlan]
    compare: Compare
    _own: list[str] = field(init=False, default_factory=list, compare=False, repr=False)
    _lost: list[str] = field(init=False, default_factory=list, compare=False, repr=False)

    @property
    def total(self) -> int:
        """How many runs the searches and the comparison have."""
        return sum(search.total for search in self.searches.values()) + self.middle.total

    def known(self, folder: Path) -> list[tuple[Path, Stage]]:
        """Return the searches, and the comparison of what they have chosen.

        As long as they are not made, it is as it would be in the middle of their spaces.

        Raises
        ------
        ConfigError
            If the folder holds something else, or the folder of an arm another search.
        """
        self._refuse_others(folder)
        searches = [(place_of(folder, arm), search) for arm, search in self.searches.items()]
        points = self._settled(folder)
        return [*searches, (folder, self.compare(points) if points else self.middle)]

    def is_settled(self, folder: Path) -> bool:
        """Whether all searches are made, and one has chosen something."""
        return bool(self._settled(folder))

    def _settled(self, folder: Path) -> dict[str, Point]:
        """Return what is chosen for each arm, if all searches are made; else nothing."""
        try:
            made = all(
                search.is_made(load_study(place_of(folder, arm))) for arm, search in self.searches.items()
            )
            return self._chosen(folder)[0] if made else {}
        except (IncompleteError, OSError, ValueError):
            return {}

    def stages(self, folder: Path) -> Iterator[tuple[Path, Stage]]:
        """Yield the searches, and then the comparison of what they have chosen."""
        for arm, search in self.searches.items():
            yield place_of(folder, arm), search
        points, lost = self._chosen(folder)
        if not points:
            raise IncompleteError("; ".join(lost))
        if lost:
            told = f"of {len(self.searches)} arms {len(lost)} {'is' if len(lost) == 1 else 'are'} not compared"
            self._lost.append(f"{told}: {'; '.join(lost)}")
        comparison = self.compare(points)
        self._own.extend(comparison.asked())
        yield folder, comparison

    def _chosen(self, folder: Path) -> tuple[dict[str, Point], list[str]]:
        """Return the points of the arms that have one, and why others have none."""
        points, lost = dict[str, Point](), list[str]()
        for arm in self.searches:
            try:
                points[arm] = best_of(load_study(place_of(folder, arm))).point
            except NothingChosenError as error:
                lost.append(str(error))
        return points, lost

    @property
    def lost(self) -> list[str]:
        """Why arms are not compared: all of their runs were lost."""
        return list(self._lost)

    def asked(self) -> list[str]:
        """Return the ids of the runs that are compared; none before the searches have ended."""
        return list(self._own)

    def is_made(self, study: Study) -> bool:
        """Whether the searches are made, and a study has the runs that follow from them."""
        chosen = self._settled(study.folder)
        return len(chosen) == len(self.searches) and self.compare(chosen).is_made(study)

    def _refuse_others(self, folder: Path) -> None:
        """Refuse a folder that is not that of this comparison."""
        apart = "study=OTHER keeps them apart"
        if (folder / LEDGER).exists() and not (folder / "tuning").is_dir():
            raise ConfigError(
                f"{folder}: it holds a grid or a search, and the command asks for a tuned comparison: {apart}"
            )
        for arm, search in self.searches.items():
            place, (ours,) = place_of(folder, arm), search.searches
            for entry in _searches_in(place):
                if entry.key != (ours.called, ours.goal.seed):
                    raise ConfigError(
                        f"{place}: it holds the search of {entry.sampler} with search.seed={entry.seed}; the "
                        f"command asks for {ours.called} with search.seed={ours.goal.seed}: {apart}"
                    )

    @functools.cached_property
    def middle(self) -> GridPlan:
        """The comparison as it would be in the middle of the spaces."""
        spaces = {arm: search.space for arm, search in self.searches.items()}
        return self.compare({arm: space.at([0.5] * len(space)) for arm, space in spaces.items()})


def _searches_in(place: Path) -> Sequence[SearchEntry]:
    """Return the searches of a folder; none if it is not a study's, or its ledger is damaged."""
    try:
        search = Ledger.read(place).search
    except ValueError:
        return ()
    return search.searches if search else ()
