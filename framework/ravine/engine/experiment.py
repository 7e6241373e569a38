"""Experiment: one run, ready to be made: problem, optimizer, budget and seed."""

from __future__ import annotations

import functools
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from ravine import registry
from ravine.base.types import Array, Named
from ravine.contracts.dataset import Dataset
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.probe import Probe
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.schedule import Schedule
from ravine.engine.data import fingerprint
from ravine.engine.problem import Problem
from ravine.engine.randomness import Streams
from ravine.engine.recorder import Recorder
from ravine.engine.settings import Training
from ravine.engine.training import train
from ravine.plans.pruning import MedianRule
from ravine.plans.settings import Execution
from ravine.records.checkpoint import Checkpoint, CheckpointError, Keeper
from ravine.records.run import Run, identify
from ravine.registry.entry import Entry, blaming
from ravine.registry.provenance import origin, versions

__all__ = [
    "Experiment",
]


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
    execution : Execution
        How it is carried out.
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
    dataset : Dataset or None
        What it learns from.
    """

    make_problem: Callable[[Streams], Problem]
    optimizer: Optimizer
    schedule: Schedule
    regularizer: Regularizer
    training: Training
    seed: int
    study: str | None = None
    execution: Execution = field(default_factory=Execution)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    question: str | None = None
    figures: Sequence[Named] = ()
    claims: Sequence[Mapping[str, Any]] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    used: Mapping[str, Entry] = field(default_factory=dict)
    dataset: Dataset | None = None

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
        """By role each component's kind, name, class, distribution and source's SHA-256, and the data's."""
        components = {role: origin(entry) for role, entry in sorted(self.used.items())}
        with blaming(self.used.values()):
            return {"components": components, "data": fingerprint(self.dataset) if self.dataset else None}

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

    def run(
        self,
        on_step: Callable[[int, int, float], None] | None = None,
        keeper: Keeper | None = None,
        rule: MedianRule | None = None,
    ) -> Run:
        """Train, and return what happened; the same experiment gives the same numbers every time.

        Parameters
        ----------
        on_step : callable, optional
            Called after each update with its number, the number of all, and the loss.
        keeper : Keeper, optional
            Keeps checkpoints; where it has one, training goes on from there.
        rule : MedianRule, optional
            May end the run.

        Returns
        -------
        Run
            With status ``failed`` and the traceback where an error ended it.

        Raises
        ------
        CheckpointError
            If a checkpoint cannot be written.
        """
        tell = registry.load().tell
        tell("ravine_run_start", experiment=self)
        records: list[Recorder] = []
        try:
            return self._run(
                self._train(
                    on_step,
                    lambda step, metrics: tell("ravine_epoch_end", experiment=self, step=step, metrics=metrics),
                    keeper,
                    rule,
                    records.append,
                )
            )
        except CheckpointError:  # no fault of the run's
            raise
        except (Exception, SystemExit):  # whatever a component does, the other runs go on
            record = records[0] if records else Recorder(0)
            return replace(self._run(record.end("failed")), error=traceback.format_exc())

    def _train(
        self,
        on_step: Callable[[int, int, float], None] | None = None,
        on_evaluation: Callable[[int, dict[str, float]], None] | None = None,
        keeper: Keeper | None = None,
        rule: MedianRule | None = None,
        begun: Callable[[Recorder], None] | None = None,
    ) -> Recorder:
        with threadpool_limits(self.training.threads, user_api="blas"):
            _keep_freed_memory()
            streams = Streams(self.seed)
            problem = self.make_problem(streams)
            looks = {name: probe.watch(problem, streams.probes) for name, probe in self.probes.items()}  # type: ignore[arg-type]
            saved, spent = (keeper.load() if keeper else None) or (None, 0.0)
            made_with = versions(self.used.values())
            if saved:
                _compare(saved.about["with"], made_with)
                streams.state = saved.about["streams"]

            def keep(step: int, seconds: float, arrays: Callable[[], Mapping[str, Array]]) -> None:
                about = {"step": step, "streams": streams.state, "with": made_with}
                assert keeper is not None
                keeper(seconds, lambda: Checkpoint(arrays(), about))

            return train(
                problem,
                self.optimizer,
                self.schedule,
                self.regularizer,
                self.training,
                looks,
                on_step,
                on_evaluation,
                keep if keeper else None,
                saved.arrays if saved else None,
                spent,
                rule.ends if rule else None,
                begun,
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
        """Return versions of everything that computes, and what the run is made of."""
        return {**versions(self.used.values()), "made_of": self.made_of}


def _keep_freed_memory() -> None:
    """Let the process keep what arrays leave behind, for the next update needs as much again.

    The GNU library returns it to the system until a large array was freed, and then costs a fault a page.
    """
    np.empty(
        30 << 20, dtype=np.uint8
    )  # never written, so no memory at all; from 32 MB on it would teach nothing


def _compare(then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Warn if a run goes on with something else than it began with."""
    changed = [f"{key} was {then.get(key)}, is {now[key]}" for key in now if then.get(key) != now[key]]
    if changed:
        warnings.warn(f"a run goes on, but its last bits may differ: {'; '.join(changed)}", stacklevel=2)
