"""Stops with one mistake each."""

import random
from dataclasses import dataclass, field

import numpy as np
from ravine import Stop


@dataclass(frozen=True)
class Late(Stop):
    r"""Ends after a hundred steps.

    .. math:: s > 100
    """

    def ends(self, evaluations, *, gradients, seconds):
        return evaluations[-1]["step"] > 100


SOUND = [Late()]


@dataclass(frozen=True)
class Count(Late):
    """Returns how much is left."""

    def ends(self, evaluations, *, gradients, seconds):
        return max(100 - gradients, 0)


@dataclass(frozen=True)
class LooksBack(Late):
    """Compares with the evaluation before the first."""

    def ends(self, evaluations, *, gradients, seconds):
        return evaluations[-1]["value"] > evaluations[-2]["value"]


@dataclass(frozen=True)
class TakesItForGranted(Late):
    """Takes it for granted that there is validation."""

    def ends(self, evaluations, *, gradients, seconds):
        return evaluations[-1]["validation_loss"] < 0.1


@dataclass(frozen=True)
class Sorts(Late):
    """Sorts the run's own list."""

    def ends(self, evaluations, *, gradients, seconds):
        evaluations.sort(key=lambda row: row["value"])
        return len(evaluations) > 50


_SEEN = []


@dataclass(frozen=True)
class Remembers(Late):
    """Keeps the best value of all that it has seen in the module."""

    def ends(self, evaluations, *, gradients, seconds):
        _SEEN.append(evaluations[-1]["value"])
        return evaluations[-1]["value"] > min(_SEEN)


@dataclass(frozen=True)
class Tosses(Late):
    """Tosses a coin."""

    def ends(self, evaluations, *, gradients, seconds):
        return random.random() < 0.1


@dataclass(frozen=True)
class KeepsTheBest(Late):
    """Keeps the best value in itself."""

    best: tuple[float, ...] = field(default=())

    def ends(self, evaluations, *, gradients, seconds):
        object.__setattr__(self, "best", (*self.best, float(np.min([row["value"] for row in evaluations]))))
        return False


MUTANTS = [
    (Count(), "answers_yes_or_no"),
    (LooksBack(), "takes_the_first_evaluation"),
    (TakesItForGranted(), "names_the_metrics_there_are"),
    (Sorts(), "spares_the_evaluations"),
    (Remembers(), "is_the_same_in_any_order"),
    (Remembers(), "serves_two_runs"),
    (Tosses(), "is_deterministic"),
    (KeepsTheBest(), "keeps_nothing_in_itself"),
]
