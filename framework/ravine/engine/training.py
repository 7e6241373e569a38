"""Training: the order of operations, written once.

gradient of the loss → coupled regularizer → decoupled decay → optimizer with lr × schedule. Decoupled decay
comes before the optimizer's step, as in Loshchilov & Hutter 2019 (Algorithm 2), where both start from the
same θ: the gradient is already known, so only the weights shrink.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ravine.base.types import Array
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.schedule import Schedule
from ravine.engine.problem import Problem
from ravine.engine.recorder import Recorder
from ravine.engine.settings import Training
from ravine.engine.update import Update

__all__ = [
    "train",
]


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
