"""Training: the order of operations, written once.

gradient of the loss → coupled regularizer → decoupled decay → optimizer with lr × schedule. Decoupled decay
comes before the optimizer's step, as in Loshchilov & Hutter 2019 (Algorithm 2), where both start from the
same θ: the gradient is already known, so only the weights shrink.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from ravine.component import Array, Component
from ravine.optimizer import Optimizer
from ravine.parameters import Parameters
from ravine.problem import Problem, Sampling
from ravine.recording import Recorder
from ravine.regularizer import Regularizer
from ravine.schedule import Schedule

__all__ = ["BatchTraining", "DescentTraining", "Training", "Update", "train"]

_BLOCK_BYTES = 1 << 17  # an optimizer's temporaries and operands of this size stay in the second-level cache


@dataclass(frozen=True, kw_only=True)
class Training(Component, ABC):
    """How to train, exactly.

    Parameters
    ----------
    evaluate_every : int or None
        Updates between two evaluations; None for the end of each epoch, or the end of all where there are none.
        The first and the last state are always evaluated.
    dtype : "float32" or "float64"
        Type of parameters and data.
    threads : int
        BLAS threads. The last bits of a result depend on it.
    """

    kind = "training"

    evaluate_every: int | None = None
    dtype: Literal["float32", "float64"] = "float32"
    threads: int = 1

    def __post_init__(self) -> None:
        self.require(evaluate_every="[1, inf)", threads="[1, inf)")

    @abstractmethod
    def budget(self, problem: Problem) -> int:
        """Return the number of updates of a run."""

    @abstractmethod
    def lasting(self, steps: int) -> Self:
        """Return the same training with another budget, judged at its ends only."""


@dataclass(frozen=True, kw_only=True)
class DescentTraining(Training):
    """How to descend on a surface: full gradients, in float64 unless told otherwise.

    Parameters
    ----------
    steps : int
        Updates to make; 0 judges the start only.
    evaluate_every, dtype, threads
        See ``Training``.
    """

    steps: int = 30
    dtype: Literal["float32", "float64"] = "float64"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(steps="[0, inf)")

    def budget(self, problem: Problem) -> int:
        """Return the number of updates of a run."""
        return self.steps

    def lasting(self, steps: int) -> Self:
        """Return the same training with another budget, judged at its ends only."""
        return replace(self, steps=steps, evaluate_every=None)


@dataclass(frozen=True, kw_only=True)
class BatchTraining(Training):
    """How to train on batches of data.

    Parameters
    ----------
    steps, epochs : int or None
        The budget: updates to make, or passes over the training data. Where neither is given, one pass.
    batch_size : int
        Examples an update sees.
    sampling : "shuffled" or "replacement"
        ``shuffled``: each epoch in a new order, whole. ``replacement``: every batch drawn from all examples, as
        the book does.
    evaluation_samples : int or None
        Judge on the first so many training examples; None for all. Validation and test are judged whole.
    evaluate_every, dtype, threads
        See ``Training``.
    """

    steps: int | None = None
    epochs: int | None = None
    batch_size: int = 128
    sampling: Sampling = "shuffled"
    evaluation_samples: int | None = 10_000

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(steps="[0, inf)", epochs="[1, inf)", batch_size="[1, inf)", evaluation_samples="[1, inf)")
        if self.steps is not None and self.epochs is not None:
            raise ValueError("steps and epochs are both given: the budget is one of them")

    def budget(self, problem: Problem) -> int:
        """Return the number of updates of a run; an epoch is a whole number of them."""
        if self.steps is not None:
            return self.steps
        assert problem.steps_per_epoch is not None
        return (self.epochs or 1) * problem.steps_per_epoch

    def lasting(self, steps: int) -> Self:
        """Return the same training with another budget, judged at its ends only."""
        return replace(self, steps=steps, epochs=None, evaluate_every=max(steps, 1))


class Update:
    """An optimizer bound to parameters, with its state; a call makes one update.

    Parameters
    ----------
    optimizer : Optimizer
        The rule.
    parameters : Parameters
        What it moves, in the pieces that the rule asks to see.

    Attributes
    ----------
    state : dict of str to (n,) array
        One array a slot.
    """

    def __init__(self, optimizer: Optimizer, parameters: Parameters) -> None:
        self.optimizer = optimizer
        self.state = {slot: np.full_like(parameters.theta, 0) for slot in optimizer.slots}
        flat = (parameters.theta, parameters.grad, *self.state.values())
        if optimizer.sees == "array":
            pieces = [list(parameters.named(array).values()) for array in flat]
        else:
            whole = optimizer.sees == "all"
            length = max(len(parameters), 1) if whole else _BLOCK_BYTES // parameters.theta.itemsize
            cuts = [slice(at, at + length) for at in range(0, len(parameters), length)]
            pieces = [[array[cut] for cut in cuts] for array in flat]
        self._pieces: list[tuple[Array, Array, Sequence[Array]]] = [
            (theta, g, state) for theta, g, *state in zip(*pieces, strict=True)
        ]

    def __call__(self, t: int, lr: float) -> None:
        """Make update number ``t``, from 1, with learning rate ``lr``."""
        for theta, g, state in self._pieces:
            self.optimizer.step(theta, g, state, t=t, lr=lr)


def train(
    problem: Problem,
    optimizer: Optimizer,
    schedule: Schedule,
    regularizer: Regularizer,
    training: Training,
    looks: Mapping[str, Callable[[], Mapping[str, Array]]] | None = None,
    on_step: Callable[[int, int, float], None] | None = None,
    on_evaluation: Callable[[int, dict[str, float]], None] | None = None,
    keep: Callable[[int, float, Callable[[], Mapping[str, Array]]], None] | None = None,
    kept: Mapping[str, Array] | None = None,
    spent: float = 0.0,
    ends: Callable[[Sequence[Mapping[str, float]]], bool] | None = None,
    begun: Callable[[Recorder], None] | None = None,
) -> Recorder:
    """Minimise a problem; return what was recorded.

    A loss that is not finite ends the training: the recorder says ``diverged`` and the curve ends there.

    Parameters
    ----------
    problem, optimizer, schedule, regularizer, training
        What, and how.
    looks : dict of str to callable, optional
        What probes see, by the probe's name; called at every evaluation.
    on_step : callable, optional
        Called after each update with its number, the number of all, and the loss.
    on_evaluation : callable, optional
        Called after each evaluation with the number of updates made and the metrics.
    keep : callable, optional
        Called after each evaluation but the last with the number of updates made, the seconds that they took,
        and a function that returns the arrays of that moment; with the streams of chance they are all it takes
        to go on from there.
    kept, spent : optional
        Such arrays to go on from, and the seconds until then.
    ends : callable, optional
        Called with all evaluations after each but the last; whether the run ends there, as ``pruned``.
    begun : callable, optional
        Called with the recorder at the start, so that what it has is not lost if a component breaks.

    Returns
    -------
    Recorder
        Arrays by step and by evaluation, status and seconds.
    """
    parameters = problem.parameters
    w, g = parameters.theta[parameters.decayed], parameters.grad[parameters.decayed]
    update = Update(optimizer, parameters)
    steps = training.budget(problem)
    evaluate_every = training.evaluate_every or problem.steps_per_epoch or steps
    watched = {"path": parameters.theta, **{f"state.{slot}": array for slot, array in update.state.items()}}
    recorder = Recorder(steps, watched if problem.records_path else None)
    if begun:
        begun(recorder)

    def now() -> dict[str, Array]:
        parts = {"optimizer": update.state, "problem": problem.state(), "record": recorder.so_far}
        named = {f"{part}.{name}": array for part, arrays in parts.items() for name, array in arrays.items()}
        return {"theta": parameters.theta, **named}

    def go_on(arrays: Mapping[str, Array]) -> int:
        parameters.theta[:] = arrays["theta"]
        for slot, array in _part(arrays, "optimizer").items():
            update.state[slot][:] = array
        problem.restore(_part(arrays, "problem"))
        recorder.restore(_part(arrays, "record"))
        recorder.seconds = spent
        return recorder.steps

    def evaluate(t: int) -> bool:
        metrics = {name: float(value) for name, value in problem.evaluate().items()}
        finite = recorder.evaluation(t, metrics)
        for probe, look in (looks or {}).items() if finite else ():
            recorder.probed({f"{probe}.{name}": value for name, value in look().items()})
        if finite and on_evaluation:
            on_evaluation(t, metrics)
        return finite

    with np.errstate(
        all="ignore"
    ):  # overflow is how a divergence begins; it is caught as a loss that is not finite
        done = go_on(kept) if kept else 0
        if not kept and not evaluate(0):
            return recorder.end("diverged")
        for t in range(done + 1, steps + 1):
            clock = time.perf_counter()
            lr = float(optimizer.lr * schedule.factor(t - 1, steps))  # an np.float64 would lift float32 arrays
            loss = float(problem.loss_and_gradient() + regularizer.penalty(w))
            if not recorder.step(loss):
                return recorder.end("diverged")
            regularizer.add_gradient(w, g)
            regularizer.shrink(w, lr)
            update(t, lr)
            recorder.moved(time.perf_counter() - clock)
            if on_step:
                on_step(t, steps, loss)
            if t % evaluate_every == 0 or t == steps:
                if not evaluate(t):
                    return recorder.end("diverged")
                if ends and t < steps and ends(recorder.evaluations):
                    return recorder.end("pruned")
                if keep and t < steps:
                    keep(t, recorder.seconds, now)
    return recorder.end("completed")


def _part(arrays: Mapping[str, Array], part: str) -> dict[str, Array]:
    return {
        name.removeprefix(f"{part}."): array for name, array in arrays.items() if name.startswith(f"{part}.")
    }
