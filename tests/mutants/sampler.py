"""Samplers with one mistake each."""

import json
import math
import random
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import ClassVar

import numpy as np
from ravine import Interval, Proposals, Sampler, StatelessSampler, Trial


@dataclass(frozen=True)
class Draws(StatelessSampler):
    """Draws every point at random."""

    def propose(self, space, trials, *, number, goal):
        return space.at(np.random.default_rng([goal.seed, number]).random(len(space)))


@dataclass(frozen=True)
class Strolls(StatelessSampler):
    """Draws near the best point so far, after some that are drawn anywhere."""

    learns: ClassVar[bool] = True

    def propose(self, space, trials, *, number, goal):
        rng = np.random.default_rng([goal.seed, number])
        known = self.known(trials)
        if len(known) < 8:
            return space.at(rng.random(len(space)))
        best = min(known, key=lambda trial: -trial.value if goal.maximize else trial.value)
        return space.at(self.step(rng, space.shares(best.point)))

    def known(self, trials):
        return [trial for trial in trials if trial.state == "judged"]

    def step(self, rng, cube):
        return np.clip(rng.normal(cube, 0.1), 0, 1)


@dataclass(frozen=True)
class Remembers(Sampler):
    """Draws every point at random, far from the one before, and keeps points in a file."""

    def begin(self, space, goal, place, storage):
        if storage is not None:
            raise ValueError(f"search.storage = {storage!r}: points are kept in the study's folder")
        place.mkdir(parents=True, exist_ok=True)
        return self.proposals()(space, goal, place / "points.json")

    def proposals(self):
        return Kept


class Kept(Proposals):
    def __init__(self, space, goal, file):
        self.space, self.goal, self.file, self.number = space, goal, file, 0
        self.points = json.loads(file.read_text()) if file.exists() else []

    def ask(self, n):
        trials = [Trial(number, self.point(number)) for number in range(self.number, self.number + n)]
        self.number += n
        return trials

    def point(self, number):
        if number == len(self.points):
            rng = np.random.default_rng([self.goal.seed, number])
            self.points.append(self.space.at(rng.random(len(self.space))))
            self.file.write_text(json.dumps(self.points))
        return self.points[number]

    def tell(self, trial, value):
        pass


@dataclass(frozen=True)
class OnlyIntervals(Draws):
    """Draws numbers, and says that it knows nothing of choices."""

    def propose(self, space, trials, *, number, goal):
        if not all(isinstance(dimension, Interval) for dimension in space.dimensions):
            raise ValueError("OnlyIntervals draws numbers from intervals, and no choices")
        return super().propose(space, trials, number=number, goal=goal)


@dataclass(frozen=True)
class Independent(Draws):
    """Draws every point at random, and says that one has nothing to do with another."""

    independent: ClassVar[bool] = True


SOUND = [Draws(), Strolls(), Remembers(), OnlyIntervals(), Independent()]


# ---- points --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KnowsNoChoices(Draws):
    """Takes all settings for intervals."""

    def propose(self, space, trials, *, number, goal):
        return {one.key: one.low + (one.high - one.low) * 0.5 for one in space.dimensions}


@dataclass(frozen=True)
class RefusesAll(Draws):
    """Wants what no space has."""

    def propose(self, space, trials, *, number, goal):
        raise ValueError("RefusesAll searches spaces of a hundred settings only")


@dataclass(frozen=True)
class SaysNothing(OnlyIntervals):
    """Refuses choices without a word."""

    def propose(self, space, trials, *, number, goal):
        try:
            return super().propose(space, trials, number=number, goal=goal)
        except ValueError:
            raise ValueError("choices") from None


@dataclass(frozen=True)
class Overshoots(Draws):
    """Draws rates a hair beyond the interval, now and then."""

    def propose(self, space, trials, *, number, goal):
        point = super().propose(space, trials, number=number, goal=goal)
        return point | {one.key: 1.01 * one.high for one in space.dimensions if number == 7 and self.cuts(one)}

    def cuts(self, one):
        return isinstance(one, Interval) and not one.integer


@dataclass(frozen=True)
class NumPyNumbers(Draws):
    """Gives rates as NumPy draws them, whose text no configuration can read."""

    def propose(self, space, trials, *, number, goal):
        point = super().propose(space, trials, number=number, goal=goal)
        return {key: np.float64(value) if isinstance(value, float) else value for key, value in point.items()}


@dataclass(frozen=True)
class Halves(Draws):
    """Gives whole numbers as fractions."""

    def propose(self, space, trials, *, number, goal):
        point = super().propose(space, trials, number=number, goal=goal)
        return {key: float(value) if type(value) is int else value for key, value in point.items()}


@dataclass(frozen=True)
class NumbersForTruth(Draws):
    """Gives truth values as 0 and 1."""

    def propose(self, space, trials, *, number, goal):
        point = super().propose(space, trials, number=number, goal=goal)
        return {key: int(value) if isinstance(value, bool) else value for key, value in point.items()}


@dataclass(frozen=True)
class ForgetsTheLast(Draws):
    """Leaves a setting out."""

    def propose(self, space, trials, *, number, goal):
        point = super().propose(space, trials, number=number, goal=goal)
        point.popitem()
        return point


class FromOne(Kept):
    def ask(self, n):
        return [replace(trial, number=trial.number + 1) for trial in super().ask(n)]


@dataclass(frozen=True)
class CountsFromOne(Remembers):
    """Numbers its trials from 1."""

    def proposals(self):
        return FromOne


class Judging(Kept):
    def ask(self, n):
        return [trial.judged(0.0) for trial in super().ask(n)]


@dataclass(frozen=True)
class JudgesAtOnce(Remembers):
    """Gives trials an objective that nobody has told."""

    def proposals(self):
        return Judging


class Meagre(Kept):
    def ask(self, n):
        return super().ask(max(n - 1, 1))


@dataclass(frozen=True)
class OneTooFew(Remembers):
    """Gives one trial less than is asked for, where that is several."""

    def proposals(self):
        return Meagre


class Lavish(Kept):
    def ask(self, n):
        return super().ask(max(n, 2))


@dataclass(frozen=True)
class AlwaysTwo(Remembers):
    """Gives two trials where one is asked for."""

    def proposals(self):
        return Lavish


@dataclass(frozen=True)
class BeginsAgain(Draws):
    """Says after six points that the space is used up, and goes on when these are judged."""

    def propose(self, space, trials, *, number, goal):
        if number == 6 and trials[-1].state == "running":
            return None
        return super().propose(space, trials, number=number, goal=goal)


# ---- chance --------------------------------------------------------------------------------------------------

STREAM = np.random.default_rng(0)


@dataclass(frozen=True)
class StreamOfTheModule(Draws):
    """Draws from one stream that all searches of a process share."""

    def propose(self, space, trials, *, number, goal):
        return space.at(STREAM.random(len(space)))


class Named(Kept):
    def point(self, number):
        seed = [self.goal.seed, number, *str(self.file).encode()]
        return self.space.at(np.random.default_rng(seed).random(len(self.space)))


@dataclass(frozen=True)
class DrawsByThePlace(Remembers):
    """Draws by the name of the folder, so that a search elsewhere is another."""

    def proposals(self):
        return Named


@dataclass(frozen=True)
class IgnoresTheSeed(Draws):
    """Draws by the number alone."""

    def propose(self, space, trials, *, number, goal):
        return space.at(np.random.default_rng(number).random(len(space)))


@dataclass(frozen=True)
class SumsTheSeed(Draws):
    """Reads the seed, and multiplies it away."""

    def propose(self, space, trials, *, number, goal):
        middle = 0.5 + 0 * goal.seed
        return space.at([(middle + number * math.sqrt(2)) % 1] * len(space))


@dataclass(frozen=True)
class GlobalChance(Draws):
    """Seeds Python's global random numbers, so as to be repeatable."""

    def propose(self, space, trials, *, number, goal):
        random.seed(1000 * goal.seed + number)
        return space.at([random.random() for _ in space.dimensions])


@dataclass(frozen=True)
class SpreadsEvenly(Independent):
    """Goes on by the golden section, which fills the space more evenly than chance."""

    def propose(self, space, trials, *, number, goal):
        start = np.random.default_rng(goal.seed).random(len(space))
        return space.at((start + number * (math.sqrt(5) - 1) / 2) % 1)


@dataclass(frozen=True)
class KeepsToTheMiddle(Independent):
    """Draws near the middle of the space."""

    def propose(self, space, trials, *, number, goal):
        rng = np.random.default_rng([goal.seed, number])
        return space.at(np.clip(rng.normal(0.5, 0.2, len(space)), 0, 1))


@dataclass(frozen=True)
class Drifts(Independent):
    """Draws half of a point's chance anew, and keeps the other half for the next."""

    def propose(self, space, trials, *, number, goal):
        drawn = [np.random.default_rng([goal.seed, n]).normal(size=len(space)) for n in (number, number + 1)]
        return space.at([NormalDist().cdf(sum(each) / math.sqrt(2)) for each in zip(*drawn, strict=True)])


# ---- stops ---------------------------------------------------------------------------------------------------


class Onwards(Kept):
    def __init__(self, space, goal, file):
        super().__init__(space, goal, file)
        self.number = len(self.points)


@dataclass(frozen=True)
class GoesOnWithNewOnes(Remembers):
    """Does not propose again what it proposed before it was stopped."""

    def proposals(self):
        return Onwards


class Streaming(Kept):
    def __init__(self, space, goal, file):
        super().__init__(space, goal, file)
        self.rng = np.random.default_rng(goal.seed)

    def point(self, number):
        if number == len(self.points):
            self.points.append(self.space.at(self.rng.random(len(self.space))))
            self.file.write_text(json.dumps(self.points))
        return self.points[number]


@dataclass(frozen=True)
class OneStream(Remembers):
    """Draws from one stream, which begins again with every process, and keeps the points but not the stream."""

    def proposals(self):
        return Streaming


SEEN = {}


@dataclass(frozen=True)
class SharesItsMemory(Strolls):
    """Keeps the best value by the space, whichever search it is of."""

    def propose(self, space, trials, *, number, goal):
        if number == 0:
            SEEN.clear()
        SEEN[number] = goal.seed
        return super().propose(space, trials, number=number, goal=replace(goal, seed=max(SEEN.values())))


# ---- what comes of trials ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ComparesAll(Strolls):
    """Takes for granted that every trial that has ended has a value."""

    def known(self, trials):
        return [trial for trial in trials if trial.state != "running"]


@dataclass(frozen=True)
class WaitsForOne(Strolls):
    """Has nothing to propose after eight trials of which none has a value."""

    def propose(self, space, trials, *, number, goal):
        point = super().propose(space, trials, number=number, goal=goal)
        return point if self.known(trials) or number < 8 else dict.fromkeys(point, math.nan)


@dataclass(frozen=True)
class LearnsInSecret(Strolls):
    """Learns, and says that it does not."""

    learns: ClassVar[bool] = False


class Latin(Kept):
    def ask(self, n):
        trials = super().ask(n)
        return [replace(trial, point=self.space.at([(i + 0.5) / n] * len(self.space)))
                for i, trial in enumerate(trials)]  # fmt: skip


@dataclass(frozen=True)
class SpreadsABatch(Remembers):
    """Spreads what is asked for together over the space."""

    def proposals(self):
        return Latin


@dataclass(frozen=True)
class AlwaysDownhill(Strolls):
    """Takes the smaller value for the better one, whatever is wanted."""

    def propose(self, space, trials, *, number, goal):
        return super().propose(space, trials, number=number, goal=replace(goal, maximize=False))


@dataclass(frozen=True)
class Uphill(Strolls):
    """Has the better and the worse values mixed up."""

    def propose(self, space, trials, *, number, goal):
        return super().propose(space, trials, number=number, goal=replace(goal, maximize=not goal.maximize))


@dataclass(frozen=True)
class LearnsNothing(Draws):
    """Says that it learns, and draws at random."""

    learns: ClassVar[bool] = True


# ---- what it leaves behind -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SortsInPlace(Strolls):
    """Sorts the trials that it is given by their value."""

    def known(self, trials):
        if len(trials) == 16:
            trials.sort(key=lambda trial: math.inf if trial.value is None else trial.value)
        return super().known(trials)


class Handing(Kept):
    def __init__(self, space, goal, file):
        super().__init__(space, goal, file)
        self.all = []

    def ask(self, n):
        self.all += super().ask(n)
        return self.all if self.number == n else self.all[-n:]


@dataclass(frozen=True)
class HandsOutItsList(Remembers):
    """Returns the list that it keeps, to which it adds later."""

    def proposals(self):
        return Handing


@dataclass(frozen=True)
class Narrows(Draws):
    """Narrows the space that it is given."""

    def propose(self, space, trials, *, number, goal):
        for one in space.dimensions:
            if isinstance(one, Interval):
                object.__setattr__(one, "low", one.low + 1e-9)
        return super().propose(space, trials, number=number, goal=goal)


class Logging(Kept):
    def tell(self, trial, value):
        Path("trials.log").write_text(f"{trial.number}: {value}")


@dataclass(frozen=True)
class LogsBeside(Remembers):
    """Writes a log into the folder where one works."""

    def proposals(self):
        return Logging


class Homely(Kept):
    def tell(self, trial, value):
        Path("~/.trials").expanduser().write_text(f"{trial.number}: {value}")


@dataclass(frozen=True)
class LogsAtHome(Remembers):
    """Writes a log into the home folder."""

    def proposals(self):
        return Homely


@dataclass(frozen=True)
class TakesAnyStorage(Remembers):
    """Keeps its file in the study's folder, whatever storage it is told of."""

    def begin(self, space, goal, place, storage):
        return super().begin(space, goal, place, None)


@dataclass(frozen=True)
class FailsAtTheStorage(Remembers):
    """Opens the storage for a file, whatever it is."""

    def begin(self, space, goal, place, storage):
        if storage is not None:
            Path(storage).read_text()
        return super().begin(space, goal, place, None)


@dataclass(frozen=True)
class Counts(Draws):
    """Counts its points in its class."""

    drawn: ClassVar[int] = 0

    def propose(self, space, trials, *, number, goal):
        type(self).drawn += 1
        return super().propose(space, trials, number=number, goal=goal)


MUTANTS = [
    (KnowsNoChoices(), "searches_a_space"),
    (RefusesAll(), "searches_a_space"),
    (SaysNothing(), "searches_a_space"),
    (Overshoots(), "proposes_points_of_the_space"),
    (NumPyNumbers(), "proposes_points_of_the_space"),
    (Halves(), "proposes_points_of_the_space"),
    (NumbersForTruth(), "proposes_points_of_the_space"),
    (CountsFromOne(), "numbers_its_trials"),
    (JudgesAtOnce(), "numbers_its_trials"),
    (OneTooFew(), "gives_as_many_as_are_asked_for"),
    (AlwaysTwo(), "gives_as_many_as_are_asked_for"),
    (BeginsAgain(), "gives_as_many_as_are_asked_for"),
    (StreamOfTheModule(), "is_repeatable"),
    (DrawsByThePlace(), "is_repeatable"),
    (IgnoresTheSeed(), "draws_by_the_seed"),
    (SumsTheSeed(), "draws_by_the_seed"),
    (GlobalChance(), "draws_nothing_global"),
    (SpreadsEvenly(), "draws_independently"),
    (KeepsToTheMiddle(), "draws_independently"),
    (Drifts(), "draws_independently"),
    (GoesOnWithNewOnes(), "goes_on_where_it_stopped"),
    (OneStream(), "goes_on_where_it_stopped"),
    (SharesItsMemory(), "serves_two_searches"),
    (ComparesAll(), "bears_lost_trials"),
    (WaitsForOne(), "bears_lost_trials"),
    (LearnsInSecret(), "needs_no_results"),
    (SpreadsABatch(), "needs_no_results"),
    (AlwaysDownhill(), "mirrors_the_goal"),
    (Uphill(), "beats_chance"),
    (LearnsNothing(), "beats_chance"),
    (SortsInPlace(), "spares_what_it_is_given"),
    (HandsOutItsList(), "spares_what_it_is_given"),
    (Narrows(), "spares_what_it_is_given"),
    (LogsBeside(), "writes_only_in_its_place"),
    (LogsAtHome(), "writes_only_in_its_place"),
    (TakesAnyStorage(), "refuses_a_storage_that_is_none"),
    (FailsAtTheStorage(), "refuses_a_storage_that_is_none"),
    (Counts(), "keeps_nothing_in_itself"),
]
