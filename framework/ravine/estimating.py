"""Estimating: how long runs will take on this machine, from a few steps of them."""

from __future__ import annotations

import json
import time

from ravine.experiment import Experiment
from ravine.problem import Problem

__all__ = ["Stopwatch"]

_STEPS = 8


class Stopwatch:
    """Knows how long runs take, once it has seen a few steps of one like them."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float, Problem]] = {}

    def seconds(self, experiment: Experiment) -> float:
        """Return about how long a run will take.

        Raises
        ------
        OSError, ValueError
            If its data cannot be read, or the network does not fit them.
        """
        keys = ("problem", "dataset", "network", "loss", "probes")
        config = experiment.config
        alike = [config.get(key) for key in keys]
        kind = json.dumps([*alike, config["optimizer"]["name"], config["training"].get("batch_size")])
        if kind not in self._seen:
            begin = time.perf_counter()
            run = experiment.rehearse(_STEPS)
            judging = (time.perf_counter() - begin - run.seconds) / 2  # at the start and at the end
            self._seen[kind] = run.seconds / max(run.step, 1), judging, experiment.problem()
        step, judging, problem = self._seen[kind]
        training = experiment.training
        steps = training.budget(problem)
        every = training.evaluate_every or problem.steps_per_epoch or max(steps, 1)
        return steps * step + (2 + (steps - 1) // every) * judging
