"""Experiment: one run, ready to be made: problem, optimizer, budget and seed.

It is given its components and its listener. It does not look anything up.
"""

from __future__ import annotations

import contextlib
import functools
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from ravine.base.types import Array
from ravine.base.warn import warn
from ravine.contracts.component import Component
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.probe import Probe
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.schedule import Schedule
from ravine.contracts.stop import Stop
from ravine.contracts.transform import Transform
from ravine.engine.problem import Problem
from ravine.engine.promises.probe import only_looking, watch
from ravine.engine.randomness import Streams
from ravine.engine.recorder import Recorder
from ravine.engine.scheduled import Scheduled, held_layers
from ravine.engine.settings import Training
from ravine.engine.supervised import SupervisedProblem
from ravine.engine.trained import TrainedNetwork
from ravine.engine.training import Loop, Observer
from ravine.engine.update import refuse_rivals
from ravine.records.checkpoint import Checkpoint, CheckpointError, Keeper
from ravine.records.run import Run, identify
from ravine.records.weights import Which

__all__ = ["Ends", "Experiment", "Listener", "OnStep"]

OnStep: TypeAlias = Callable[[int, int, float], None]
"""Called after each update with its number, the number of all updates, and the loss."""

Ends: TypeAlias = Callable[[Sequence[Mapping[str, float]]], bool]
"""Called after every evaluation except the first and the last, with all so far; True ends the run."""


@dataclass(frozen=True)
class Listener:
    """Hears of all runs of a process, for trackers and reports; these methods do nothing until overridden."""

    def run_start(self, experiment: Experiment) -> None:
        """Hear that a run begins."""

    def goes_on(self, experiment: Experiment, evaluations: Sequence[Mapping[str, float]]) -> None:
        """Hear that a run goes on from a checkpoint, and of its evaluations so far, each with its ``step``."""

    def epoch_end(self, experiment: Experiment, step: int, metrics: Mapping[str, float]) -> None:
        """Hear the metrics of an evaluation."""


@dataclass(frozen=True, repr=False)
class Experiment:
    """One run that can be made; ``ravine.build`` makes it from a configuration.

    Parameters
    ----------
    make_problem : callable
        Takes the run's random streams and returns its problem; reads the data.
    optimizer, schedule, regularizer, training
        Components and settings of the training.
    seed : int
        The seed of all random streams.
    probes : dict of str to Probe
        The probes that look into the network at every evaluation.
    transforms : dict of str to Transform
        By name, what stands before and after the optimizer's step, in this order.
    stops : dict of str to Stop
        By name, what may end a run before its budget.
    schedules : dict of str to Schedule
        By the path of a field, schedules of other numbers than the rate.
    config : dict
        The resolved scientific configuration as plain values.
    data : callable or None
        Returns the SHA-256 of the data that the run learns from; None for a surface or a function.
    components : dict of str to dict
        By role: kind, name, class, distribution and SHA-256 of the source of each registered component, as far
        as they are known before the data are read.
    components_for_data : callable or None
        Returns all of them when the data are read: it depends on these which layers a network has. None if
        ``components`` has them all.
    versions : dict
        Versions of all packages whose code computes, and the kernels that compute.
    listener : Listener
        The listener that hears of its runs.
    chosen : dict of str to str
        By group, the names by which presets were chosen; no number of the run depends on them.
    guard : callable
        Returns a context in which components are at work; it names the one that has raised an error.
    """

    make_problem: Callable[[Streams], Problem]
    optimizer: Optimizer
    schedule: Schedule
    regularizer: Regularizer
    training: Training
    seed: int
    probes: Mapping[str, Probe] = field(default_factory=dict)
    transforms: Mapping[str, Transform] = field(default_factory=dict)
    stops: Mapping[str, Stop] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    data: Callable[[], str] | None = None
    components: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    components_for_data: Callable[[], Mapping[str, Mapping[str, Any]]] | None = None
    versions: Mapping[str, Any] = field(default_factory=dict)
    listener: Listener = field(default_factory=Listener)
    chosen: Mapping[str, str] = field(default_factory=dict)
    guard: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext

    def __repr__(self) -> str:
        problem = self.config.get("problem", {}).get("name", "?")
        return f"Experiment({problem}, {self.optimizer!r}, seed={self.seed})"

    @functools.cached_property
    def id(self) -> str:
        """The name of the run's folder, made of the configuration, sources and data: see ``identify``.

        Raises
        ------
        OSError, ValueError
            If the data cannot be read.
        """
        return identify(self.config, self.made_of)

    @functools.cached_property
    def made_of(self) -> dict[str, Any]:
        """Its ``components``, and the SHA-256 of its data."""
        with self.guard():
            data = self.data() if self.data else None
            all_of_them = self.components_for_data() if self.components_for_data else self.components
            return {"components": dict(all_of_them), "data": data}

    def with_seed(self, seed: int) -> Experiment:
        """Return the same experiment with another seed of all random streams.

        It is that of a configuration in which no other setting is made of the seed.
        """
        other = replace(self, seed=seed, config={**self.config, "seed": seed})
        # What a run is made of does not depend on chance, and it takes longer to find out than all the rest.
        vars(other)["made_of"] = self.made_of
        return other

    def problem(self) -> Problem:
        """Return the problem at its start, to look at it before training.

        Raises
        ------
        OSError, ValueError
            If the data cannot be read, or the network does not fit them.
        """
        with self.guard():
            return self.make_problem(Streams(self.seed))

    @property
    def rules(self) -> list[Component]:
        """What acts on the parameters in every update."""
        return [self.optimizer, self.regularizer, *self.transforms.values()]

    @property
    def all_schedules(self) -> list[Schedule]:
        """The schedules of the rate and of other numbers."""
        return [self.schedule, *self.schedules.values()]

    def bind(self, problem: Problem, streams: Streams | None = None, *, fuses: bool = True) -> Loop:
        """Return the loop that minimises a problem, at its start; see ``Loop`` for ``fuses``.

        Raises
        ------
        ValueError, TypeError
            If a group's pattern fits nothing, or a rule starts with what does not fit.
        """
        name = self.config["optimizer"]["name"]
        refuse_rivals([(name, self.optimizer), *self.transforms.items()])
        streams = streams or Streams(self.seed)
        looks = {name: (probe, self._watching(probe, problem, streams)) for name, probe in self.probes.items()}
        rules = self.optimizer, self.schedule, self.regularizer, self.training
        others = self.transforms, self.stops, streams.updates, self.schedules
        return Loop(problem, *rules, looks, *others, fuses=fuses)

    def _watching(self, probe: Probe, problem: Problem, streams: Streams) -> Callable[[], Mapping[str, Array]]:
        with only_looking(probe, "watch", problem.held):
            return watch(probe, problem, streams.probes)  # type: ignore[arg-type]

    def rehearse(self, steps: int) -> Run:
        """Return a short run that is evaluated at its start and its end only; no listener hears of it.

        Raises
        ------
        OSError, ValueError
            As for ``problem``.
        """
        short = replace(self, training=self.training.lasting(steps), listener=Listener())
        with self._at_work():
            return short._run(short._loop(Streams(self.seed)).run())

    def at_start(self) -> Run:
        """Return the run before its first update, which has all metrics; no listener hears of it.

        Their numbers are those of a few examples, unless there are scores, which may need more.

        Raises
        ------
        OSError, ValueError
            As for ``problem``.
        """
        start = replace(self, training=self.training.lasting(0), listener=Listener())
        streams = Streams(self.seed)
        with self._at_work():
            problem = self.make_problem(streams)
            if not self.config.get("scores"):
                problem.evaluate_on(_FEW)
            return start._run(start.bind(problem, streams).run())

    def run(self, on_step: OnStep | None = None, keeper: Keeper | None = None, ends: Ends | None = None) -> Run:
        """Train, and return the run; the same experiment gives the same numbers every time.

        Parameters
        ----------
        on_step : callable, optional
            Called after each update with its number, the number of all updates, and the loss.
        keeper : Keeper, optional
            Keeps checkpoints; if it already has one, training continues from there.
        ends : callable, optional
            May end the run: called after every evaluation except the first and the last, with all so far.

        Returns
        -------
        Run
            If an error has ended it, its status is ``failed`` and it has the traceback. A completed one has
            the weights at its end and, if it has validation examples, at its best.

        Raises
        ------
        CheckpointError
            If a checkpoint cannot be written.
        """
        self.listener.run_start(self)
        record = Recorder(0)
        earlier: list[Mapping[str, Any]] = []
        try:
            with self._at_work():
                loop, streams, earlier = self._begun(keeper)
                record = loop.record
                if record.seen:
                    self.listener.goes_on(self, record.seen)
                loop.run(_Watch(self, streams, on_step, keeper, ends, earlier))
                record.fused, record.loops = loop.fused, loop.loops
                self._remark(record)
                return replace(self._run(record, earlier), kept=_kept(loop))
        # This is not the run's fault: it can continue later.
        except CheckpointError:
            raise
        # Whatever goes wrong in a component, the other runs of the study must go on.
        except (Exception, SystemExit):
            return replace(self._run(record.end("failed"), earlier), error=traceback.format_exc())

    def _remark(self, record: Recorder) -> None:
        """Warn of components that could not act, and of a minimum that is not the lowest."""
        rows = record.evaluations
        followers: dict[str, Component] = {f"stop {name}": stop for name, stop in self.stops.items()}
        followers |= {f"schedules.{path}": schedule for path, schedule in self.schedules.items()}
        for who, one in ({"schedule": self.schedule} | followers).items():
            metric = getattr(one, "metric", None)
            seen = [row[metric] for row in rows if metric in row]
            if len(seen) > 1 and not np.isfinite(seen).any():
                warn(f"{who}: {metric} was not a number at any evaluation, and so it did nothing")
        if rows and "excess" in rows[0]:
            lowest = min(rows, key=lambda row: row["excess"])
            minimum = lowest["value"] - lowest["excess"]
            # Values are rounded.
            if lowest["excess"] < -1e-9 * max(1.0, abs(minimum)):
                warn(
                    f"problem {self.config['problem']['name']}: the value of its minimum is {minimum:.6g}, and "
                    f"{lowest['value']:.6g} was reached at step {lowest['step']:g}: excess is not a distance"
                )

    def network(
        self, weights: Mapping[str, Array], made: int = 0, evaluations: Sequence[Mapping[str, float]] = ()
    ) -> TrainedNetwork:
        """Return its network with weights that a run has left, and fields of layers as the run had them.

        Parameters
        ----------
        weights : dict of str to array
            From ``Run.weights``.
        made : int
            The number of updates that the run had made.
        evaluations : sequence of dict
            Those before the last of these updates, which schedules may follow.

        Raises
        ------
        OSError, ValueError
            If the data cannot be read, or these are not the arrays of its network.
        """
        problem = self.problem()
        assert isinstance(problem, SupervisedProblem)
        layers = held_layers(problem.layers)
        schedules = {path: one for path, one in self.schedules.items() if path.rpartition(".")[0] in layers}
        with self.guard():
            steps = max(self.training.budget(problem), 1)
            Scheduled(schedules, layers).set(max(made - 1, 0), steps, evaluations)
        return TrainedNetwork(problem, weights, self._at_work)

    def provenance(self) -> dict[str, Any]:
        """Return versions and kernels of all that computes, and what the run is made of."""
        return {**self.versions, "made_of": self.made_of}

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """Give a context in which it computes."""
        with self.guard(), threadpool_limits(self.training.threads, user_api="blas"):
            yield

    def _loop(self, streams: Streams) -> Loop:
        _keep_freed_memory()
        return self.bind(self.make_problem(streams), streams)

    def _begun(self, keeper: Keeper | None) -> tuple[Loop, Streams, list[Mapping[str, Any]]]:
        """Return the loop, at the newest checkpoint if there is one, its streams, and what else made it."""
        streams = Streams(self.seed)
        loop = self._loop(streams)
        if not keeper or not (found := keeper.load()):
            return loop, streams, []
        saved, seconds = found
        try:
            loop.resume(saved.arrays, saved.step, seconds)
            streams.state = saved.about["streams"]
        except (KeyError, TypeError, ValueError) as error:
            why = f"it has no {error.args[0]}" if isinstance(error, KeyError) else error
            warn(f"{keeper.folder}: its checkpoint: {why}; starting again from the beginning")
            streams = Streams(self.seed)
            return self._loop(streams), streams, []
        earlier, then = saved.about.get("earlier", []), saved.about["with"]
        return loop, streams, [*earlier, then] if _differ(then, self.versions) else earlier

    def _run(self, record: Recorder, earlier: Sequence[Mapping[str, Any]] = ()) -> Run:
        return Run(
            config=dict(self.config),
            status=record.status,
            step=record.steps,
            seconds=record.seconds,
            final=record.final,
            best=record.best,
            arrays=record.arrays,
            provenance=self.provenance()
            | ({"earlier": [*earlier]} if earlier else {})
            | ({"stopped": record.stopped} if record.stopped else {})
            | ({"unfit": record.unfit} if record.status == "diverged" and record.unfit else {})
            | ({"state": record.state} if record.state else {}),
            fusion=_fusion(record) if record.fused else {},
        )


# Examples of each set that tell which metrics there are.
_FEW = 100


def _fusion(record: Recorder) -> dict[str, Any]:
    """Return which methods and layers were fused, whether as loops too, and why NumPy ran the others."""
    return {
        "loops": record.loops,
        "fused": [method for method, why in record.fused.items() if not why],
        "numpy": {method: why for method, why in record.fused.items() if why},
    }


@dataclass(frozen=True)
class _Watch(Observer):
    """Observes the loop for an experiment: calls the listener, keeps checkpoints, and may end the run."""

    experiment: Experiment
    streams: Streams
    on_step: OnStep | None
    keeper: Keeper | None
    end: Ends | None
    earlier: Sequence[Mapping[str, Any]]

    def stepped(self, loop: Loop, loss: float) -> None:
        if self.on_step:
            self.on_step(loop.made, loop.steps, loss)

    def evaluated(self, loop: Loop, metrics: Mapping[str, float]) -> None:
        self.experiment.listener.epoch_end(self.experiment, loop.made, metrics)

    def ends(self, loop: Loop) -> bool:
        return bool(self.end and self.end(loop.record.evaluations))

    def keeps(self, loop: Loop) -> None:
        if self.keeper:
            self.keeper(loop.record.seconds, lambda: self._checkpoint(loop))

    def _checkpoint(self, loop: Loop) -> Checkpoint:
        about = {
            "run": self.experiment.id,
            "config": dict(self.experiment.config),
            "made_of": self.experiment.made_of,
            "step": loop.made,
            "steps": loop.steps,
            "streams": self.streams.state,
            "with": self.experiment.versions,
        }
        about |= {"earlier": [*self.earlier]} if self.earlier else {}
        return Checkpoint(loop.snapshot(), about)


def _kept(loop: Loop) -> dict[Which, dict[str, Array]]:
    """Return the weights that a run leaves: none, unless it is completed and has no path."""
    if loop.record.status != "completed" or loop.problem.records_path:
        return {}
    return {"last": loop.last, "best": loop.best} if loop.problem.validates else {"last": loop.last}


def _keep_freed_memory() -> None:
    """Let the process keep the memory of freed arrays, because the next update needs the same amount again.

    The GNU C library gives freed memory back to the system until it has seen a large array freed; then every
    page costs a page fault when it is used again. This array is never written, so it takes no memory. An array
    of 32 MB or more would not have this effect.
    """
    np.empty(30 << 20, dtype=np.uint8)


def _differ(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a run goes on with other versions or kernels than it had; if so, warn of it."""
    old, new = _flat(then), _flat(now)
    changed = [f"{key} was {old[key]}, is {its}" for key, its in new.items() if key in old and old[key] != its]
    if changed:
        warn(f"a run goes on, but its last bits may differ: {'; '.join(changed)}")
    return bool(changed)


def _flat(versions: Mapping[str, Any]) -> dict[str, Any]:
    parts = [value if isinstance(value, Mapping) else {key: value} for key, value in versions.items()]
    return {key: value for part in parts for key, value in part.items()}
