"""Places on the axis of a curve: steps, epochs, gradients or seconds."""

import math
from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from ravine import Array, Run

By: TypeAlias = Literal["step", "epoch", "gradients", "seconds"]
"""What an axis counts: steps; epochs; gradients, of which some rules take several for a step; or the seconds of
a run's updates, without its evaluations, as if each had taken as long as the mean of them."""

Place: TypeAlias = Callable[[Run, Array], Array]
"""Takes a run and steps, and returns where these stand on the axis."""

LABELS = {"seconds": "seconds of updates"}
"""What an axis is called whose name does not say all."""


def places(by: By, runs: Iterable[Run], figure: str) -> Place:
    """Return where the steps of runs stand.

    Raises
    ------
    ValueError
        If some have no epochs, or their seconds are not known.
    """
    if by == "epoch" and (n := sum(not _epochs(run) for run in runs)):
        runs_have = "1 run has" if n == 1 else f"{n} runs have"
        raise ValueError(f"{figure}: by=epoch needs runs of training.epochs, and {runs_have} none; by=step")
    if by == "seconds" and (n := sum(not math.isfinite(run.seconds) for run in runs)):
        of_runs = "1 run" if n == 1 else f"{n} runs"
        raise ValueError(f"{figure}: by=seconds, and the seconds of {of_runs} are not known; by=step")
    return {"step": _at_step, "epoch": _at_epoch, "gradients": at_gradients, "seconds": _at_seconds}[by]


def _epochs(run: Run) -> float:
    return float(run.config["training"].get("epochs") or 0)


def _at_step(run: Run, steps: Array) -> Array:
    return steps


def _at_epoch(run: Run, steps: Array) -> Array:
    return steps * (_epochs(run) / run.budget)


def at_gradients(run: Run, steps: Array) -> Array:
    """Return how many gradients a run had taken after each of some steps."""
    return run.gradients[steps.astype(int)]


def _at_seconds(run: Run, steps: Array) -> Array:
    return steps * (run.seconds / max(run.step, 1))
