"""Experiment: one run, ready to be made: problem, optimizer, budget and seed.

It is told what it is made of, and who listens. It asks nobody.
"""

from __future__ import annotations

import functools
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from ravine.contracts.optimizer import Optimizer
from ravine.contracts.probe import Probe
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.schedule import Schedule
from ravine.engine.problem import Problem
from ravine.engine.randomness import Streams
from ravine.engine.recorder import Recorder
from ravine.engine.settings import Training
from ravine.engine.training import Loop, Observer
from ravine.records.checkpoint import Checkpoint, CheckpointError, Keeper
from ravine.records.run import Run, identify

__all__ = ["Ends", "Experiment", "Listener", "OnStep"]

OnStep: TypeAlias = Callable[[int, int, float], None]
"""Called after each update with its number, the number of all, and the loss."""

Ends: TypeAlias = Callable[[Sequence[Mapping[str, float]]], bool]
"""Called with all evaluations after each but the first and the last; whether the run ends there."""


@dataclass(frozen=True)
class Listener:
    """Hears of all runs of a process, for trackers and reports; nobody does unless it is overridden."""

    def run_start(self, experiment: Experiment) -> None:
        """Hear that a run begins."""

    def epoch_end(self, experiment: Experiment, step: int, metrics: Mapping[str, float]) -> None:
        """Hear the metrics of an evaluation."""


@dataclass(frozen=True)
class Experiment:
    """What ``ravine.build`` makes of a configuration.

    Parameters
    ----------
    make_problem : callable
        From the run's streams of chance to its problem; reads the data.
    optimizer, schedule, regularizer, training
        Components and settings of the training.
    seed : int
        Of every stream.
    probes : dict of str to Probe
        What looks into the network at every evaluation.
    config : dict
        The resolved scientific configuration as plain values.
    data : callable or None
        Returns the SHA-256 of what it learns from; None for a descent on a surface.
    components : dict of str to dict
        By role, kind, name, class, distribution and source's SHA-256 of each registered component.
    versions : dict
        Of everything that computes.
    listener : Listener
        Who hears of its runs.
    """

    make_problem: Callable[[Streams], Problem]
    optimizer: Optimizer
    schedule: Schedule
    regularizer: Regularizer
    training: Training
    seed: int
    probes: Mapping[str, Probe] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    data: Callable[[], str] | None = None
    components: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    listener: Listener = field(default_factory=Listener)

    @functools.cached_property
    def id(self) -> str:
        """The run folder's name, which tells the configuration and what it is made of: see ``identify``.

        Raises
        ------
        OSError, ValueError
            If the data cannot be read.
        """
        return identify(self.config, self.made_of)

    @functools.cached_property
    def made_of(self) -> dict[str, Any]:
        """Its ``components``, and the SHA-256 of its data."""
        return {"components": dict(self.components), "data": self.data() if self.data else None}

    def problem(self) -> Problem:
        """Return the problem at its start, for a look before training.

        Raises
        ------
        OSError, ValueError
            If the data cannot be read, or the network does not fit them.
        """
        return self.make_problem(Streams(self.seed))

    def rehearse(self, steps: int = 0) -> Run:
        """Return a short run, judged at its ends only, of which no listener hears.

        Raises
        ------
        OSError, ValueError
            As for ``problem``.
        """
        short = replace(self, training=self.training.lasting(steps), listener=Listener())
        with threadpool_limits(self.training.threads, user_api="blas"):
            return short._run(short._loop(Streams(self.seed)).run())

    def run(self, on_step: OnStep | None = None, keeper: Keeper | None = None, ends: Ends | None = None) -> Run:
        """Train, and return what happened; the same experiment gives the same numbers every time.

        Parameters
        ----------
        on_step : callable, optional
            Called after each update with its number, the number of all, and the loss.
        keeper : Keeper, optional
            Keeps checkpoints; where it has one, training goes on from there.
        ends : callable, optional
            May end the run: called with all evaluations after each but the first and the last.

        Returns
        -------
        Run
            With status ``failed`` and the traceback where an error ended it.

        Raises
        ------
        CheckpointError
            If a checkpoint cannot be written.
        """
        self.listener.run_start(self)
        record = Recorder(0)
        try:
            with threadpool_limits(self.training.threads, user_api="blas"):
                streams = Streams(self.seed)
                loop = self._loop(streams)
                record = loop.record
                if keeper:
                    self._go_on(loop, streams, keeper)
                return self._run(loop.run(_Watch(self, streams, on_step, keeper, ends)))
        except CheckpointError:  # no fault of the run's
            raise
        except (Exception, SystemExit):  # whatever a component does, the other runs go on
            return replace(self._run(record.end("failed")), error=traceback.format_exc())

    def provenance(self) -> dict[str, Any]:
        """Return versions of everything that computes, and what the run is made of."""
        return {**self.versions, "made_of": self.made_of}

    def _loop(self, streams: Streams) -> Loop:
        _keep_freed_memory()
        problem = self.make_problem(streams)
        looks = {name: probe.watch(problem, streams.probes) for name, probe in self.probes.items()}  # type: ignore[arg-type]
        return Loop(problem, self.optimizer, self.schedule, self.regularizer, self.training, looks)

    def _go_on(self, loop: Loop, streams: Streams, keeper: Keeper) -> None:
        """Go on from the newest checkpoint, if there is one."""
        if found := keeper.load():
            saved, seconds = found
            _compare(saved.about["with"], self.versions)
            loop.resume(saved.arrays, seconds)
            streams.state = saved.about["streams"]

    def _run(self, record: Recorder) -> Run:
        return Run(
            config=dict(self.config),
            status=record.status,
            step=record.steps,
            seconds=record.seconds,
            final=record.final,
            best=record.best,
            arrays=record.arrays,
            provenance=self.provenance(),
        )


@dataclass(frozen=True)
class _Watch(Observer):
    """What an experiment does while its loop goes on: it tells, keeps checkpoints and may end it."""

    experiment: Experiment
    streams: Streams
    on_step: OnStep | None
    keeper: Keeper | None
    end: Ends | None

    def stepped(self, loop: Loop, loss: float) -> None:
        if self.on_step:
            self.on_step(loop.made, loop.steps, loss)

    def evaluated(self, loop: Loop, metrics: Mapping[str, float]) -> None:
        self.experiment.listener.epoch_end(self.experiment, loop.made, metrics)

    def ends(self, loop: Loop) -> bool:
        return bool(self.end and self.end(loop.record.evaluations))

    def keeps(self, loop: Loop) -> None:
        if self.keeper:
            about = {"step": loop.made, "streams": self.streams.state, "with": self.experiment.versions}
            self.keeper(loop.record.seconds, lambda: Checkpoint(loop.snapshot(), about))


def _keep_freed_memory() -> None:
    """Let the process keep what arrays leave behind, for the next update needs as much again.

    The GNU library returns it to the system until a large array was freed, and then costs a fault a page. This
    array is never written, and so takes no memory at all; from 32 MB on it would teach nothing.
    """
    np.empty(30 << 20, dtype=np.uint8)


def _compare(then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Warn if a run goes on with something else than it began with."""
    changed = [f"{key} was {then.get(key)}, is {now[key]}" for key in now if then.get(key) != now[key]]
    if changed:
        warnings.warn(f"a run goes on, but its last bits may differ: {'; '.join(changed)}", stacklevel=2)
