"""Training: the order of operations, written once.

augmentations of the batch → gradient of the loss → coupled regularizer → transforms, before → decoupled decay
→ optimizer with lr × schedule → transforms, after. Decoupled decay comes before the optimizer's step. In
Loshchilov & Hutter 2019 (Algorithm 2) both start from the same θ; this is the same, because the gradient is
already known when the weights shrink.
"""

from __future__ import annotations

import contextlib
import functools
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import numpy as np

from ravine.base.errors import of
from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.probe import Probe
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.rule import Rule
from ravine.contracts.schedule import Schedule, sees_evaluations
from ravine.contracts.stop import Stop
from ravine.contracts.transform import Transform
from ravine.engine.groups import Groups
from ravine.engine.problem import Problem
from ravine.engine.promises.probe import looked, only_looking
from ravine.engine.promises.schedule import factor
from ravine.engine.promises.stop import ends
from ravine.engine.recorder import Recorder
from ravine.engine.scheduled import Held, Scheduled, held_layers, steps_to_try
from ravine.engine.settings import Training
from ravine.engine.snapshot import refuse_misfit
from ravine.engine.update import Update
from ravine.fusion.kernel import Fusion, count, fusion_of

__all__ = ["Loop", "Observer"]


class Observer:
    """Hears of a run while it goes on, without changing any number of it.

    Methods that are not overridden do nothing.
    """

    def stepped(self, loop: Loop, loss: float) -> None:
        """Hear of an update, and of the loss before it."""

    def evaluated(self, loop: Loop, metrics: Mapping[str, float]) -> None:
        """Hear of an evaluation whose metrics are all finite."""

    def ends(self, loop: Loop) -> bool:
        """Return whether the run ends here, ``pruned``; called after evaluations, except the first and last."""
        return False

    def keeps(self, loop: Loop) -> None:
        """Keep a ``snapshot`` if it is time for one; called after each update but the last."""


class Loop:
    """Minimises a problem, update by update.

    Parameters
    ----------
    problem, optimizer, schedule, regularizer, training
        The problem, and how it is minimised.
    looks : dict of str to (Probe, callable), optional
        By its name, a probe and the function that returns its arrays; called at every evaluation.
    transforms : dict of str to Transform, optional
        By name, what stands before and after the optimizer's step, in this order.
    stops : dict of str to Stop, optional
        By name, what may end the run before its budget.
    rng : numpy.random.Generator, optional
        Random stream for optimizer and transforms.
    schedules : dict of str to Schedule, optional
        By the path of a field, schedules of other numbers than the rate.
    fuses : bool
        Whether what is worth it is fused. The compiler is loaded then, and a loop whose start is only tried
        needs none.

    Attributes
    ----------
    steps : int
        Number of updates of the whole run.
    record : Recorder
        Arrays by step and by evaluation, status and seconds.
    loops : bool
        Whether operations for each element run as compiled loops, where these give the same bits.
    last, best : dict of str to array
        Copies of the weights at the last evaluation, and at the one with the lowest validation loss.
    """

    def __init__(
        self,
        problem: Problem,
        optimizer: Optimizer,
        schedule: Schedule,
        regularizer: Regularizer,
        training: Training,
        looks: Mapping[str, tuple[Probe, Callable[[], Mapping[str, Array]]]] | None = None,
        transforms: Mapping[str, Transform] | None = None,
        stops: Mapping[str, Stop] | None = None,
        rng: np.random.Generator | None = None,
        schedules: Mapping[str, Schedule] | None = None,
        *,
        fuses: bool = True,
    ) -> None:
        self.problem, self.schedule = problem, schedule
        self.steps = training.budget(problem)
        self._stops = stops or {}
        self._loss = math.nan
        self._evaluated: Array | None = None
        asked = {"loss": lambda: self._loss, "gradient_at": lambda: self.gradient_at, "rng": lambda: rng}
        self._groups = Groups(training.made_groups(), problem.parameters)
        fusion = fusion_of(len(problem.parameters), self.steps) if fuses else Fusion.NOTHING
        self.loops = loops = Fusion.LOOPS in fusion
        self.update = Update(optimizer, problem.parameters, transforms, asked, self._groups, fuses=loops)
        problem.fuse(fusion)
        self._decay = self._groups.decay(regularizer, problem.parameters, self.update.knows_decay)
        self._scheduled = Scheduled(schedules or {}, self._held())
        self._looks = looks or {}
        self._evaluate_every = training.interval(problem)
        # If the count is recorded, it is an array.
        self._gradients: Any = np.array(0.0) if self.update.asks_again else 0
        self.record = Recorder(self.steps, self._watched())
        self.last: dict[str, Array] = {}
        self.best: dict[str, Array] = {}
        if transforms or type(optimizer).start is not Rule.start:
            arrays = [*self.update.state.values(), *self.update.kept.values()]
            numbers = sum(array.size for array in arrays)
            self.record.state = {"numbers": numbers, "parameters": len(problem.parameters)}

    def _held(self) -> dict[str, Held]:
        """Return the components whose fields can have schedules."""

        def held(component: Component, owner: Any, key: str) -> Held:
            put = owner.__setitem__ if isinstance(owner, dict) else functools.partial(setattr, owner)
            return Held(component, functools.partial(put, key))

        rules = {name: held(bound.rule, bound, "rule") for name, bound in self.update.bound.items()}
        rules["regularizer"] = held(self._decay.regularizer, self._decay, "regularizer")
        augmentations = self.problem.augmentations
        rules |= {f"augment.{name}": held(one, augmentations, name) for name, one in augmentations.items()}
        return rules | held_layers(self.problem.layers)

    def _watched(self) -> dict[str, Array]:
        """Return what is recorded at every update: of a surface, where it is; and what only some rules have."""
        watched = {}
        if self.problem.records_path:
            watched = {"path": self.problem.parameters.theta}
            watched |= {f"state.{slot}": array for slot, array in self.update.state.items()}
            if (there := self.update.evaluated()) is not None:
                self._evaluated = watched["evaluated"] = there
        return watched | ({"gradients": self._gradients} if self.update.asks_again else {})

    @property
    def fused(self) -> dict[str, str]:
        """By method of a rule and by layer, why NumPy runs it; "" if it is fused. Empty without fusion."""
        layers = {f"layer {where}": why for where, why in self.problem.fused.items()}
        return self.update.fused | layers

    @property
    def made(self) -> int:
        """Number of updates made so far."""
        return self.record.steps

    def step(self) -> float | None:
        """Make the next update; return the loss before it, or None if that is not finite.

        The learning rate is a Python float, because a NumPy float64 would turn float32 arrays into float64.
        """
        begin = time.perf_counter()
        t = self.made + 1
        so_far = t - 1, self.steps, self.record.seen
        self._scheduled.set(*so_far)
        lr = float(self.update.optimizer.lr * factor(self.schedule, *so_far))
        loss = self._loss = self.problem.loss_and_gradient() + self._decay.penalty()
        self._gradients += 1
        if not math.isfinite(loss):
            return None
        self._decay.add_gradient()
        if self.update.before(t, lr):
            self._decay.shrink(lr)
            self.update(t, lr)
        if self._evaluated is not None:
            self._evaluated[:] = self.update.evaluated()
        self.record.update(loss, time.perf_counter() - begin)
        return loss

    def gradient_at(self, theta: Annotated[Array, "n"]) -> tuple[float, Annotated[Array, "n"]]:
        """Return loss and gradient at other parameters, on the batch of this update; see ``GradientAt``."""
        parameters = self.problem.parameters
        here = parameters.theta.copy(), parameters.grad.copy()
        self._note("gradient_at got", theta, self._loss, parameters.grad)
        with np.errstate(over="ignore"):
            parameters.theta[:] = theta
        loss = self.problem.again() + self._decay.penalty()
        self._decay.add_gradient()
        self._groups.stop()
        self._gradients += 1
        there = parameters.grad.copy()
        parameters.theta[:], parameters.grad[:] = here
        return loss, there

    def evaluate(self, observer: Observer | None = None) -> bool:
        """Evaluate the parameters as they are now; return whether all metrics are finite."""
        with self._evaluated_parameters():
            metrics = {name: float(value) for name, value in self.problem.evaluate().items()}
            if not self.record.evaluation(self.made, metrics):
                return False
            self.last = {name: view.copy() for name, view in self.problem.weights.items()}
            if self.record.improved:
                self.best = self.last
            for name in self._looks:
                self.record.probed(self._looked(name, self.record.probed_before(name)))
        if observer:
            observer.evaluated(self, {k: v for k, v in self.record.evaluations[-1].items() if k != "step"})
        return True

    def _looked(self, name: str, before: Mapping[str, Array] | None) -> dict[str, Array]:
        probe, look = self._looks[name]
        with only_looking(probe, "its function", self.problem.held):
            return looked(probe, name, look, before)

    @contextlib.contextmanager
    def _evaluated_parameters(self) -> Iterator[None]:
        """Put the parameters at which the run is evaluated in place of those that learn."""
        if (there := self.update.evaluated()) is None:
            yield
            return
        theta = self.problem.parameters.theta
        self._note("evaluated returned", there)
        here = theta.copy()
        theta[:] = there
        try:
            yield
        finally:
            theta[:] = here

    def _note(self, what: str, given: Array, *known: Any) -> None:
        """Note that a rule has made numbers that are not finite of such that are: no rate is the cause."""
        made_of = (self.problem.parameters.theta, *known)
        if not np.isfinite(given).all() and all(np.isfinite(one).all() for one in made_of):
            self.record.unfit = f"{what} numbers that are not finite, and its parameters are finite"

    def run(self, observer: Observer | None = None) -> Recorder:
        """Train to the end, and return the record.

        A loss that is not finite ends the training: the status is ``diverged``, and the curve ends there.

        Parameters
        ----------
        observer : Observer, optional
            Hears of the run while it goes on.
        """
        observer = observer or Observer()
        count(len(self.problem.parameters), self.steps)
        # A divergence begins with an overflow; it is found as a loss that is not finite.
        with np.errstate(all="ignore"):
            if not self.record.evaluations:
                self._scheduled.set(*self._start)
                if not self.evaluate(observer):
                    return self.record.end("diverged")
            while self.made < self.steps:
                loss = self.step()
                if loss is None:
                    return self.record.end("diverged")
                observer.stepped(self, loss)
                last = self.made == self.steps
                if last or self.made % self._evaluate_every == 0:
                    if not self.evaluate(observer):
                        return self.record.end("diverged")
                    if not last and observer.ends(self):
                        return self.record.end("pruned")
                    if not last and (name := self._stopping()):
                        self.record.stopped = {"by": name, "of": self.steps}
                        return self.record.end("completed")
                if not last:
                    observer.keeps(self)
        return self.record.end("completed")

    def try_start(self, *, evaluates: bool) -> None:
        """Do what comes before the first update, and ask schedules for all steps: an error is found at once.

        Parameters
        ----------
        evaluates : bool
            Whether there is an evaluation, which takes its time, for those that follow evaluations.
        """
        self._scheduled.set(*self._start)
        with np.errstate(all="ignore"):
            if evaluates and self.evaluate():
                self._stopping()
            elif not evaluates:
                with self._evaluated_parameters():
                    for name in self._looks:
                        self._looked(name, None)
        steps = max(self.steps, 1)
        for step in steps_to_try(steps):
            if evaluates or not sees_evaluations(type(self.schedule)):
                with of("schedule"):
                    factor(self.schedule, step, steps, self.record.seen)
        self._scheduled.check(steps, self.record.seen)

    @property
    def _start(self) -> tuple[int, int, tuple[()]]:
        """What a schedule knows before the first evaluation; a run without updates has the factor of one."""
        return 0, max(self.steps, 1), ()

    def _stopping(self) -> str:
        """Return the name of the stop that ends the run here, or ""."""
        so_far = self.record.seen, int(self._gradients), self.record.seconds
        for name, stop in self._stops.items():
            with of(f"stop {name}"):
                if ends(stop, *so_far):
                    return name
        return ""

    def snapshot(self) -> dict[str, Array]:
        """Return the arrays of this moment; with these and the random streams the run can continue."""
        parts = {
            "optimizer": self.update.state,
            "transform": self.update.kept,
            "problem": self.problem.state(),
            "best": self.best,
            "record": self.record.so_far,
        }
        named = {f"{part}.{name}": array for part, arrays in parts.items() for name, array in arrays.items()}
        return {"theta": self.problem.parameters.theta, **named}

    def resume(self, arrays: Mapping[str, Array], made: int, seconds: float) -> None:
        """Go back to the moment of a snapshot, after ``made`` updates, which had taken ``seconds``.

        Raises
        ------
        ValueError
            If they are not the arrays of a snapshot of this loop.
        """
        # With one evaluation it has all the arrays that any snapshot has.
        self.evaluate()
        refuse_misfit(arrays, self.snapshot(), made)
        self.problem.parameters.theta[:] = arrays["theta"]
        for part, own in (("optimizer", self.update.state), ("transform", self.update.kept)):
            for slot, array in _part(arrays, part).items():
                own[slot][...] = array
        self.update.resume(made)
        self.problem.restore(_part(arrays, "problem"))
        self.best = _part(arrays, "best")
        self.record.restore(_part(arrays, "record"), seconds)
        if self.update.asks_again:
            self._gradients[...] = arrays["record.gradients"][-1]
        else:
            self._gradients = made


def _part(arrays: Mapping[str, Array], part: str) -> dict[str, Array]:
    return {
        name.removeprefix(f"{part}."): array for name, array in arrays.items() if name.startswith(f"{part}.")
    }
