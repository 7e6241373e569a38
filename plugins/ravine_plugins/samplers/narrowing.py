"""Random search in a space that becomes smaller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from ravine import (
    Choice,
    Dimension,
    Goal,
    Interval,
    Proposals,
    Sampler,
    Space,
    Trial,
    hookimpl,
    importances,
    ranked,
)


@dataclass(frozen=True)
class Narrowing(Sampler):
    """Narrowing: rounds of random trials, each in the space of the best trials of the round before.

    After a round an interval becomes the range of its best trials, out to the next that were tried on both
    sides, and a choice what the best chose, if the setting explains more of what the round came to than chance
    alone would. Otherwise it carries no information, and stays as it is.

    Parameters
    ----------
    trials : int
        In a round; ``search.batch`` divides it, for a round has to end before the next begins.
    best : int
        How many of them span the next space.
    """

    learns: ClassVar[bool] = True

    trials: int = 20
    best: int = 5

    def __post_init__(self) -> None:
        self.require(trials="[8, inf)", best="[2, inf)")

    def begin(self, space: Space, goal: Goal, place: Path, storage: str | None) -> Proposals:
        if storage is not None:
            raise ValueError(f"search.storage = {storage!r}: Narrowing keeps nothing anywhere")
        return _Rounds(self, space, goal)

    def rounds(
        self, space: Space, trials: Sequence[Trial], *, maximize: bool
    ) -> list[tuple[Space, dict[str, str]]]:
        """Return the space of each round, and by setting why it is that; of the first there is no reason.

        Parameters
        ----------
        space : Space
            Of the first round.
        trials : sequence of Trial
            In order; a last round that is not whole narrows nothing.
        maximize : bool
            Whether a higher objective is better.
        """
        rounds: list[tuple[Space, dict[str, str]]] = [(space, {})]
        for first in range(0, len(trials) - self.trials + 1, self.trials):
            rounds.append(self.after(rounds[-1][0], trials[first : first + self.trials], maximize=maximize))
        return rounds

    def after(self, space: Space, trials: Sequence[Trial], *, maximize: bool) -> tuple[Space, dict[str, str]]:
        """Return what a space becomes after a round of trials in it, and by setting why."""
        best = ranked(trials, maximize=maximize)[: self.best]
        found = importances(space, trials, maximize=maximize)
        made = [
            _narrowed(one, trials, best, informative=about.informative)
            for one, about in zip(space.dimensions, found, strict=True)
        ]
        reasons = {one.key: why for one, (_, why) in zip(space.dimensions, made, strict=True)}
        return Space(tuple(one for one, _ in made)), reasons


class _Rounds(Proposals):
    """Trials of a search, and the space of the round that goes on, so that each is narrowed once."""

    def __init__(self, sampler: Narrowing, space: Space, goal: Goal) -> None:
        self._sampler, self._space, self._goal = sampler, space, goal
        self._trials: list[Trial] = []

    def ask(self, n: int) -> list[Trial]:
        first = len(self._trials)
        for number in range(first, first + n):
            if number and number % self._sampler.trials == 0:
                self._narrow()
            rng = np.random.default_rng([self._goal.seed, number])
            self._trials.append(Trial(number, self._space.at(rng.random(len(self._space)).tolist())))
        return self._trials[first:]

    def _narrow(self) -> None:
        a_round = self._trials[-self._sampler.trials :]
        if any(trial.state == "running" for trial in a_round):
            raise ValueError(
                f"Narrowing: a round of {len(a_round)} trials ends before the next begins; let search.batch "
                f"divide it: search.batch={len(a_round)}"
            )
        self._space, _ = self._sampler.after(self._space, a_round, maximize=self._goal.maximize)

    def tell(self, trial: Trial, value: float | None) -> None:
        self._trials[trial.number] = trial.judged(value)


def _narrowed(
    one: Dimension, trials: Sequence[Trial], best: Sequence[Trial], *, informative: bool
) -> tuple[Dimension, str]:
    """Return what a dimension becomes, and why."""
    if isinstance(one, Choice) and len(one.values) == 1:
        return one, f"{one} alone is left"
    if not informative:
        return one, "carries no information, stays as it is"
    if len(best) < 2:
        return one, "too few trials came to anything, stays as it is"
    values = sorted({trial.point[one.key] for trial in best}, key=one.share)
    if not isinstance(one, Interval):
        kept = Choice(one.key, tuple(values))
        return kept, f"the best {len(best)} chose {kept}"
    first, last = float(values[0]), float(values[-1])
    tried = [float(trial.point[one.key]) for trial in trials]
    # The neighbours too: between the best and the next that was tried nothing is known.
    low = max((value for value in tried if value < first), default=one.low)
    high = min((value for value in tried if value > last), default=one.high)
    end = ", an end of the space" if low == one.low or high == one.high else ""
    reason = f"the best {len(best)} have {first:.2g} to {last:.2g}"
    reason += f"; with their neighbours {low:.2g} to {high:.2g}{end}"
    return replace(one, low=low, high=high), reason


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"narrowing": Narrowing}
