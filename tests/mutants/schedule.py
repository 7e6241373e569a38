"""Schedules with one mistake each."""

import math
import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Schedule


@dataclass(frozen=True)
class NumPyNumber(Schedule):
    r"""Gives its factor as NumPy computes it.

    .. math:: \cos(\pi s / 2 S)
    """

    def factor(self, step, steps):
        return np.cos(np.pi * step / steps / 2)


@dataclass(frozen=True)
class Endless(Schedule):
    r"""Takes one divided by 0 for infinity, at the first update.

    .. math:: 1 / s
    """

    def factor(self, step, steps):
        return 1 / step if step else math.inf


@dataclass(frozen=True)
class Swings(Schedule):
    r"""Swings to below 0 and back.

    .. math:: \cos(4 \pi s / S)
    """

    def factor(self, step, steps):
        return math.cos(4 * math.pi * step / steps)


@dataclass(frozen=True)
class WholeNumbers(Schedule):
    r"""Rises from 0 to 1 in whole numbers.

    .. math:: s / S
    """

    def factor(self, step, steps):
        return float(step // steps)


@dataclass(frozen=True)
class DividesByZero(Schedule):
    r"""Falls to 0 at the last update, which may be the first.

    .. math:: 1 - s / (S - 1)
    """

    def factor(self, step, steps):
        return 1 - step / (steps - 1)


@dataclass(frozen=True)
class OneTooFar(Schedule):
    r"""Looks a factor up that is one further.

    .. math:: 1 - s / S
    """

    def factor(self, step, steps):
        return float(np.linspace(1, 0, steps)[step + 1])


@dataclass(frozen=True)
class Recursive(Schedule):
    r"""Asks itself for the factor before.

    .. math:: 0.99^s
    """

    def factor(self, step, steps):
        return 0.99 * self.factor(step - 1, steps) if step else 1.0


LAST = {}


@dataclass(frozen=True)
class Smooths(Schedule):
    r"""Averages with what it said last in a run.

    .. math:: 1 / (1 + s)
    """

    def factor(self, step, steps):
        before = LAST.get(steps, 1.0) if step else 1.0
        LAST[steps] = (before + 1 / (1 + step)) / 2
        return LAST[steps]


LENGTH = {"run": 1}


@dataclass(frozen=True)
class OneRunAtATime(Schedule):
    r"""Notes how long the run is at its first update.

    .. math:: 1 / (1 + s / S)
    """

    def factor(self, step, steps):
        if step == 0:
            LENGTH["run"] = steps
        return 1 / (1 + step / LENGTH["run"])


NOISE = {}


@dataclass(frozen=True)
class Individual(Schedule):
    r"""Draws a rate of its own when it is first asked.

    .. math:: 1 / (1 + k s)
    """

    def factor(self, step, steps):
        return 1 / (1 + NOISE.setdefault(id(self), random.Random().random()) * step)


@dataclass(frozen=True)
class GlobalChance(Schedule):
    r"""Seeds Python's global random numbers, so as to be repeatable.

    .. math:: 1 / (1 + u s)
    """

    def factor(self, step, steps):
        random.seed(step)
        return 1 / (1 + random.random() * step)


@dataclass(frozen=True)
class Counts(Schedule):
    r"""Counts in its class how often it is asked.

    .. math:: 1 / (1 + s)
    """

    asked: ClassVar[int] = 0

    def factor(self, step, steps):
        type(self).asked += 1
        return 1 / (1 + step)


MUTANTS = [
    (NumPyNumber(), "is_a_number"),
    (Endless(), "is_finite"),
    (Swings(), "is_not_negative"),
    (WholeNumbers(), "moves_something"),
    (DividesByZero(), "takes_a_run_of_one_update"),
    (OneTooFar(), "takes_the_last_update"),
    (Recursive(), "takes_a_long_run"),
    (Smooths(), "is_the_same_in_any_order"),
    (OneRunAtATime(), "serves_two_runs"),
    (Individual(), "is_deterministic"),
    (GlobalChance(), "draws_nothing_global"),
    (Counts(), "keeps_nothing_in_itself"),
]
