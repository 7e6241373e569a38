"""Experiment: one run, ready to be made: problem, optimizer, budget and seed."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from threadpoolctl import threadpool_limits

from ravine import registry
from ravine.architecture import Named
from ravine.optimizer import Optimizer
from ravine.probe import Probe
from ravine.problem import Problem
from ravine.provenance import origin, versions
from ravine.randomness import Streams
from ravine.recording import Recorder, Run, identify
from ravine.registry import Entry
from ravine.regularizer import Regularizer
from ravine.schedule import Schedule
from ravine.training import Training, train

__all__ = ["Experiment"]


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
    study : str or None
        Name of the study that the run belongs to.
    probes : dict of str to Probe
        What looks into the network at every evaluation.
    question : str or None
        What the study asks.
    figures, claims : list
        What to draw of the study, and what to judge, as they were asked for.
    config : dict
        The resolved scientific configuration as plain values.
    used : dict of str to Entry
        Registered components by their role.
    """

    make_problem: Callable[[Streams], Problem]
    optimizer: Optimizer
    schedule: Schedule
    regularizer: Regularizer
    training: Training
    seed: int
    study: str | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    question: str | None = None
    figures: Sequence[Named] = ()
    claims: Sequence[Mapping[str, Any]] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    used: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The first 12 digits of the SHA-256 of the scientific configuration: the run folder's name."""
        return identify(self.config)

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
        short = replace(self, training=self.training.lasting(steps))
        return short._run(short._train())

    def run(self, on_step: Callable[[int, int, float], None] | None = None) -> Run:
        """Train, and return what happened; the same experiment gives the same numbers every time.

        Parameters
        ----------
        on_step : callable, optional
            Called after each update with its number, the number of all, and the loss.

        Returns
        -------
        Run
            With status ``failed`` and the traceback where an error ended it.
        """
        tell = registry.load().tell
        tell("ravine_run_start", experiment=self)
        try:
            return self._run(
                self._train(
                    on_step,
                    lambda step, metrics: tell("ravine_epoch_end", experiment=self, step=step, metrics=metrics),
                )
            )
        except (Exception, SystemExit):  # whatever a component does, the other runs go on
            error = traceback.format_exc()
            return Run(dict(self.config), "failed", 0, 0.0, provenance=self.provenance(), error=error)

    def _train(
        self,
        on_step: Callable[[int, int, float], None] | None = None,
        on_evaluation: Callable[[int, dict[str, float]], None] | None = None,
    ) -> Recorder:
        with threadpool_limits(self.training.threads, user_api="blas"):
            streams = Streams(self.seed)
            problem = self.make_problem(streams)
            looks = {name: probe.watch(problem, streams.probes) for name, probe in self.probes.items()}  # type: ignore[arg-type]
            return train(
                problem,
                self.optimizer,
                self.schedule,
                self.regularizer,
                self.training,
                looks,
                on_step,
                on_evaluation,
            )

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

    def provenance(self) -> dict[str, Any]:
        """Return versions of everything that computes, and each component's class, distribution and source."""
        return {**versions(), "components": self.components()}

    def components(self) -> dict[str, Any]:
        """Return each component's kind, name, class, distribution and the SHA-256 of its source, by role."""
        return {role: origin(entry) for role, entry in sorted(self.used.items())}
