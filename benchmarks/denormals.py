"""Numbers that have faded below the smallest normal one: a training step with them, and with them set to 0.

The weights of pixels that are 0 in the whole batch, and their state, are 6e-45, as after long training. Beside
it is what it costs to look for such numbers where there are none. Times are the processor's, a mean over whole
periods of the flush.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np
import ravine
from ravine.engine import update as engine
from ravine.engine.denormals import EVERY
from ravine.engine.update import Update
from ravine.fusion.kernel import Fusion
from threadpoolctl import threadpool_limits

from benchmarks import ours, timing
from benchmarks.table import show
from benchmarks.task import LR

ROUNDS = 20
RULES = {"SGD": "sgd", "momentum": "momentum", "Adam": "adam"}
FADED = 6e-45


def run(options: argparse.Namespace) -> None:
    """Time the steps and print them."""
    cases = {
        f"{title} {faded} {every}": _step(name, faded=faded, every=every)
        for title, name in RULES.items()
        for faded in (False, True)
        for every in (sys.maxsize, EVERY)
    }
    with threadpool_limits(1), np.errstate(all="ignore"):
        cpu = timing.interleaved(cases, options.repeats or ROUNDS, 2 * EVERY).cpu
    rows = []
    for title in RULES:
        plain = cpu[f"{title} False {sys.maxsize}"]
        for faded, label in ((False, "none faded"), (True, "a part faded")):
            left, flushed = (cpu[f"{title} {faded} {every}"] / plain for every in (sys.maxsize, EVERY))
            rows.append(
                [f"{title}, {label}", f"{timing.Spread.of(left):.2f}", f"{timing.Spread.of(flushed):.2f}"]
            )
    show("denormals: a step, over that with none faded", ["", "left alone", f"flushed every {EVERY}"], rows)


def _step(name: str, *, faded: bool, every: int) -> Callable[[], None]:
    """Return a step that flushes after so many; with ``faded`` what gets no gradient has faded."""
    experiment = ravine.build(ravine.compose([*ours.OVERRIDES, f"optimizer={name}", f"optimizer.lr={LR}"]))
    problem = experiment.problem()
    x, target = ours.batch(problem)
    gradient = ours.gradient(problem, x, target, fusion=Fusion.NOTHING)
    update = Update(experiment.optimizer, problem.parameters)
    gradient()
    if faded:
        for array in (problem.parameters.theta, *update.state.values()):
            array[problem.parameters.grad == 0] = FADED
    made = 0

    def one() -> None:
        nonlocal made
        made += 1
        gradient()
        engine.EVERY = every
        update(made, LR)

    return one
