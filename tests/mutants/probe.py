"""Probes with one mistake each."""

import itertools
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Probe


@dataclass(frozen=True)
class Good(Probe):
    """Mean and spread of outputs on training examples, as the network is judged."""

    def inputs(self, problem):
        return problem.inputs(problem.split.train)

    def outputs(self, problem, rng, **how):
        return problem.network.forward(self.inputs(problem), **({"training": False, "rng": rng} | how))[0]

    def watch(self, problem, rng):
        return lambda: self.seen(self.outputs(problem, rng))

    def seen(self, y):
        return {"mean": y.mean(axis=0), "spread": y.std(axis=0)}


@dataclass(frozen=True)
class GoneSinceTheStart(Good):
    """How far from their start some parameters are that chance chooses anew at every look."""

    def watch(self, problem, rng):
        start = problem.parameters.theta.copy()

        def look():
            some = rng.integers(len(start), size=50)
            return {"gone": np.abs(problem.parameters.theta[some] - start[some])}

        return look


@dataclass(frozen=True)
class NeedsWhatIsNotThere(Good):
    """Wants a network with a thousand layers."""

    def watch(self, problem, rng):
        raise ValueError("it needs a network with a thousand layers, such as nobody has")


@dataclass(frozen=True)
class SeesNothing(Good):
    """Has nothing to say."""

    def seen(self, y):
        return {}


@dataclass(frozen=True)
class TakesClassesForGranted(Good):
    """Counts classes, whether targets are classes or not."""

    def watch(self, problem, rng):
        counts = np.bincount(problem.split.train.target)
        return lambda: {**self.seen(self.outputs(problem, rng)), "counts": counts}


@dataclass(frozen=True)
class FindsOutTooLate(Good):
    """Refuses rows for targets at the first look."""

    def watch(self, problem, rng):
        def look():
            if problem.split.train.target.ndim > 1:
                raise ValueError("it needs targets that are classes; these are rows")
            return self.seen(self.outputs(problem, rng))

        return look


@dataclass(frozen=True)
class SaysNothing(Good):
    """Refuses a network without a word."""

    def watch(self, problem, rng):
        if problem.split.train.target.ndim > 1:
            raise ValueError("rows")
        return super().watch(problem, rng)


@dataclass(frozen=True)
class GivesFloats(Good):
    """Gives a number for an array."""

    def seen(self, y):
        return {"mean": float(y.mean())}


@dataclass(frozen=True)
class GivesTexts(Good):
    """Gives an array of texts."""

    def seen(self, y):
        return {"mean": y.mean(axis=0), "shape": np.array([str(y.shape)])}


@dataclass(frozen=True)
class NamesByNumber(Good):
    """Calls what it sees by numbers."""

    def seen(self, y):
        return dict(enumerate(y.mean(axis=0, keepdims=True)))


@dataclass(frozen=True)
class GrowsLonger(Good):
    """Gives all that it has seen so far, each time."""

    def watch(self, problem, rng):
        means: list[Any] = []

        def look():
            means.append(self.outputs(problem, rng).mean())
            return {"means": np.array(means)}

        return look


@dataclass(frozen=True)
class LendsTheWeights(Good):
    """Gives the network's own array."""

    def watch(self, problem, rng):
        return lambda: {"theta": problem.parameters.theta}


@dataclass(frozen=True)
class FillsOneArray(Good):
    """Writes each look into the same array."""

    def watch(self, problem, rng):
        kept = np.full(2, 0.0)

        def look():
            kept[:] = self.outputs(problem, rng).mean(axis=0)
            return {"mean": kept}

        return look


@dataclass(frozen=True)
class DividesByNothing(Good):
    """Divides by the spread of what does not differ."""

    def seen(self, y):
        with np.errstate(all="ignore"):
            return {"share": np.array([1.0]) / (y[:1].std(axis=0).sum())}


@dataclass(frozen=True)
class ComparesWithTheStart(Good):
    """Divides the way that parameters have gone by itself, which is 0 / 0 at the start."""

    def watch(self, problem, rng):
        start = problem.parameters.theta.copy()

        def look():
            gone = np.abs(problem.parameters.theta - start).sum(keepdims=True)
            with np.errstate(all="ignore"):
                return {"gone": gone, "share": gone / gone}

        return look


@dataclass(frozen=True)
class LooksOnce(Good):
    """Looks when it comes, and says the same ever after."""

    def watch(self, problem, rng):
        seen = self.seen(self.outputs(problem, rng))
        return lambda: seen


@dataclass(frozen=True)
class ComparesWithTheLast(Good):
    """Measures how far the network has gone since the last look."""

    def watch(self, problem, rng):
        last = problem.parameters.theta.copy()

        def look():
            gone = np.abs(problem.parameters.theta - last).sum(keepdims=True)
            last[:] = problem.parameters.theta
            return {"all": problem.parameters.theta.sum(keepdims=True), "gone": gone}

        return look


@dataclass(frozen=True)
class CountsItsLooks(Good):
    """Looks at another unit each time."""

    def watch(self, problem, rng):
        looks = itertools.count()

        def look():
            y = self.outputs(problem, rng)
            return {"one": y[:, next(looks) % y.shape[1]].copy()}

        return look


@dataclass(frozen=True)
class BringsItsOwnChance(Good):
    """Adds noise from a generator of its own."""

    def seen(self, y):
        return super().seen(y + np.random.default_rng().normal(size=y.shape))


@dataclass(frozen=True)
class DrawsGlobally(Good):
    """Chooses an example by global random numbers."""

    def seen(self, y):
        return {"one": y[random.randrange(len(y))]}


_problem: list[Any] = []


@dataclass(frozen=True)
class RemembersTheLast(Good):
    """Keeps its network in the module."""

    def watch(self, problem, rng):
        _problem[:] = [problem]
        return lambda: self.seen(self.outputs(_problem[0], rng))


@dataclass(frozen=True)
class NudgesTheWeights(Good):
    """Makes a step to see what it would do, and leaves it made."""

    def watch(self, problem, rng):
        def look():
            problem.parameters.theta *= 0.999
            return self.seen(self.outputs(problem, rng))

        return look


@dataclass(frozen=True)
class TrainsToLook(Good):
    """Sends examples through the network as if it trained, so that running statistics move."""

    def outputs(self, problem, rng, **how):
        return super().outputs(problem, rng, training=True)


@dataclass(frozen=True)
class CentresTheExamples(Good):
    """Takes the mean off the run's own examples, which are read-only."""

    def inputs(self, problem):
        problem.split.train.x.setflags(write=True)
        problem.split.train.x[:] -= problem.split.train.x.mean(axis=0)
        return super().inputs(problem)


@dataclass(frozen=True)
class TakesABatch(Good):
    """Takes the run's next batch to see its loss."""

    def watch(self, problem, rng):
        return lambda: {"loss": np.array(problem.loss_and_gradient())}


@dataclass(frozen=True)
class ExchangesTheLoss(Good):
    """Exchanges the loss that the run is judged by."""

    def watch(self, problem, rng):
        true = problem.loss
        problem.loss = lambda y, target: (2 * true(y, target)[0], true(y, target)[1])
        return super().watch(problem, rng)


SOUND = [Good(), GoneSinceTheStart()]
MUTANTS = [
    (NeedsWhatIsNotThere(), "watches_a_network"),
    (SeesNothing(), "watches_a_network"),
    (TakesClassesForGranted(), "says_what_it_needs"),
    (FindsOutTooLate(), "says_what_it_needs"),
    (SaysNothing(), "says_what_it_needs"),
    (GivesFloats(), "gives_arrays_by_name"),
    (GivesTexts(), "gives_arrays_by_name"),
    (NamesByNumber(), "gives_arrays_by_name"),
    (GrowsLonger(), "keeps_names_and_shapes"),
    (LendsTheWeights(), "gives_copies"),
    (FillsOneArray(), "gives_copies"),
    (DividesByNothing(), "is_finite"),
    (ComparesWithTheStart(), "is_finite"),
    (LooksOnce(), "sees_the_network_learn"),
    (ComparesWithTheLast(), "remembers_no_look"),
    (CountsItsLooks(), "remembers_no_look"),
    (BringsItsOwnChance(), "sees_the_same_twice"),
    (DrawsGlobally(), "draws_nothing_global"),
    (RemembersTheLast(), "serves_two_runs"),
    (NudgesTheWeights(), "leaves_parameters_alone"),
    (TrainsToLook(), "leaves_buffers_alone"),
    (CentresTheExamples(), "leaves_examples_alone"),
    (TakesABatch(), "leaves_the_runs_chance_alone"),
    (ExchangesTheLoss(), "changes_no_number_of_a_run"),
]
