"""Metrics with one mistake each."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ravine import Metric


@dataclass(frozen=True)
class Good(Metric):
    """The lowest loss."""

    def measure(self, run):
        loss = run.arrays["loss"]
        return float(loss.min()) if len(loss) else None


@dataclass(frozen=True)
class WaitsTooLong(Good):
    """The loss after a million steps."""

    def measure(self, run):
        loss = run.arrays["loss"]
        return float(loss[10**6]) if len(loss) > 10**6 else None


@dataclass(frozen=True)
class NeedsWhatIsNotThere(Good):
    """A number that no run has."""

    def measure(self, run):
        raise ValueError("runs have no such number, for nobody has written it")


@dataclass(frozen=True)
class GivesNumPysFloat(Good):
    """The lowest loss as NumPy has it."""

    def measure(self, run):
        loss = run.arrays["loss"]
        return loss.min() if len(loss) else None


@dataclass(frozen=True)
class CountsInWholes(Good):
    """How many steps there were."""

    def measure(self, run):
        return len(run.arrays["loss"])


@dataclass(frozen=True)
class SaysNaN(Good):
    """The lowest loss, or NaN for a run that did not end."""

    def measure(self, run):
        loss = run.arrays["loss"]
        return float(loss.min()) if run.status == "completed" and len(loss) else float("nan")


@dataclass(frozen=True)
class Overflows(Good):
    """The loss of the last step, squared and squared again."""

    def measure(self, run):
        loss = run.arrays["loss"]
        with np.errstate(all="ignore"):
            return float(loss[-1] ** 256) if len(loss) else None


@dataclass(frozen=True)
class TakesWhatItWants(Good):
    """The training accuracy, whether there is one or not."""

    def measure(self, run):
        return float(run.arrays["evaluation.train_accuracy"][-1])


@dataclass(frozen=True)
class RunsIntoAnError(Good):
    """The lowest accuracy, of none where there is none."""

    def measure(self, run):
        return float(min(run.arrays.get("evaluation.train_accuracy", ())))


@dataclass(frozen=True)
class SaysNothing(Good):
    """The training accuracy, or an error without a word."""

    def measure(self, run):
        if "evaluation.train_accuracy" not in run.arrays:
            raise ValueError("no accuracy")
        return float(run.arrays["evaluation.train_accuracy"][-1])


@dataclass(frozen=True)
class CountsOnTheEnd(Good):
    """The metric at the end, which a run that diverged does not have."""

    def measure(self, run):
        return next(iter(run.final.values()))


@dataclass(frozen=True)
class CountsOnAStep(Good):
    """The loss of the first step."""

    def measure(self, run):
        return float(run.arrays["loss"][0])


@dataclass(frozen=True)
class SortsInPlace(Good):
    """The lowest loss, found by sorting the run's own array."""

    def measure(self, run):
        run.arrays["loss"].sort()
        return super().measure(run)


@dataclass(frozen=True)
class LeavesANote(Good):
    """Writes its result into the run."""

    def measure(self, run):
        run.final["lowest"] = super().measure(run)
        return run.final["lowest"]


@dataclass(frozen=True)
class Resamples(Good):
    """The mean loss of some steps, drawn anew each time."""

    def measure(self, run):
        loss = run.arrays["loss"]
        return float(np.random.default_rng().choice(loss, 5).mean()) if len(loss) else None


@dataclass(frozen=True)
class ResamplesGlobally(Good):
    """The loss of a step drawn from global random numbers."""

    def measure(self, run):
        loss = run.arrays["loss"].tolist()
        return random.choice(loss) if loss else None


@dataclass(frozen=True)
class CountsItsRuns(Good):
    """Counts in its class what it has measured."""

    measured: ClassVar[int] = 0

    def measure(self, run):
        type(self).measured += 1
        return super().measure(run)


_first: list[float] = []


@dataclass(frozen=True)
class ComparesWithTheLast(Good):
    """The lowest loss, relative to that of the run that was measured before."""

    def measure(self, run):
        lowest = super().measure(run)
        if lowest is None:
            return None
        _first[:] = [*_first[-1:], lowest]
        return lowest - _first[0]


SOUND = [Good()]
MUTANTS = [
    (WaitsTooLong(), "measures_a_run"),
    (NeedsWhatIsNotThere(), "measures_a_run"),
    (GivesNumPysFloat(), "gives_a_plain_float"),
    (CountsInWholes(), "gives_a_plain_float"),
    (SaysNaN(), "gives_a_finite_number"),
    (Overflows(), "gives_a_finite_number"),
    (TakesWhatItWants(), "says_what_runs_lack"),
    (RunsIntoAnError(), "says_what_runs_lack"),
    (SaysNothing(), "says_what_runs_lack"),
    (CountsOnTheEnd(), "survives_divergence"),
    (CountsOnAStep(), "survives_a_run_without_steps"),
    (SortsInPlace(), "leaves_the_run_alone"),
    (LeavesANote(), "leaves_the_run_alone"),
    (Resamples(), "measures_the_same_twice"),
    (ResamplesGlobally(), "draws_nothing_global"),
    (ComparesWithTheLast(), "forgets_other_runs"),
    (CountsItsRuns(), "keeps_nothing_in_itself"),
]
