"""Small runs and studies that checks look at, made in memory: balls on a surface, and a network on points.

What learns is the kit's own. The surface is a built-in one, since a run finds its surface by name. The layers
in the network, and probes, are whatever is built in and does for it, so that figures and metrics find what they
look for.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from ravine import registry
from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.dataset import Data, Dataset, Examples
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Backward, Layer, ParameterSpec
from ravine.contracts.loss import Loss, one_hot
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.probe import Probe
from ravine.contracts.schedule import Schedule
from ravine.contracts.surface import Surface
from ravine.engine.network import Network
from ravine.engine.problem import Descent, Problem, SupervisedProblem, Unregularized
from ravine.engine.randomness import Streams
from ravine.engine.settings import BatchTraining, DescentTraining, Training
from ravine.engine.training import Loop
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.testing.numerics import rng

__all__ = [
    "BALLS",
    "PLANS",
    "STEPS",
    "Distance",
    "Ends",
    "Fans",
    "Plan",
    "Same",
    "contents",
    "descent",
    "in_words",
    "learner",
    "problem",
]

STEPS = 24
"""Updates of a run; it is judged after every eighth."""

SURFACE = "sphere"
"""The built-in surface that balls descend on."""

_UNITS = 8
_INERTIA = {"light": 0.2, "heavy": 0.6}
BALLS = tuple(_INERTIA)
"""What the kit's optimizers are called."""


# ---- what learns ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ball(Optimizer, slots=("v",)):
    """A rule that keeps a part of its last step."""

    lr: float
    inertia: float

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        """Make a step."""
        (v,) = state
        v *= self.inertia
        v -= lr * g
        theta += v


@dataclass(frozen=True)
class Level(Schedule):
    """The rate as it is."""

    def factor(self, step: int, steps: int) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Fans(Initializer):
    """Weights of variance 2 / fan_in."""

    def std_for(self, fan_in: int, fan_out: int) -> float:
        """Return the standard deviation."""
        return float((2 / fan_in) ** 0.5)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Draw."""
        return rng.standard_normal(shape) * self.std_for(fan_in, fan_out)


@dataclass(frozen=True)
class Sum(Layer):
    """Units that are weighted sums of all inputs."""

    units: int

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare weights and biases."""
        (n_in,) = in_shape
        weights = ParameterSpec((n_in, self.units), fan_in=n_in, fan_out=self.units, decay=True)
        return {"W": weights, "b": ParameterSpec((self.units,), fill=0.0)}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return how many units there are."""
        return (self.units,)

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        """Return x W + b."""

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            p.grad.W[...], p.grad.b[...] = x.T @ dy, dy.sum(axis=0)
            return dy @ p.W.T if need_dx else None

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class Shaken(Layer):
    """Inputs with noise while training; their running mean is kept."""

    def buffers(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare the running mean."""
        return {"mean": ParameterSpec(in_shape, fill=0.0)}

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        """Return x with noise."""
        if training:
            p.mean += 0.1 * (x.mean(axis=0) - p.mean)
            x = x + 0.1 * rng.standard_normal(x.shape, dtype=np.float32)
        return x, lambda dy, need_dx=True: dy


@dataclass(frozen=True)
class Distance(Loss):
    """Half the squared distance of outputs from targets."""

    def __call__(self, y: Array, target: Array) -> tuple[float, Array]:
        """Return its mean, and the gradient of that."""
        apart = y - one_hot(target, y)
        return float((apart * apart).sum() / 2 / len(y)), apart / len(y)


@dataclass(frozen=True, kw_only=True)
class Points(Dataset):
    """Twenty points of two clouds, and ten to test; the targets are classes, or rows."""

    rows: bool = False

    def load(self) -> Data:
        """Draw them."""
        classes = np.arange(30) % 2
        x = rng(3).standard_normal((30, 5)) + np.where(classes, 2, -2)[:, None]
        target = np.eye(2)[classes] if self.rows else classes
        return Data(Examples(x[:20], target[:20]), Examples(x[20:], target[20:]), n_out=2)


# ---- what is registered --------------------------------------------------------------------------------------


def registered(kind: str) -> Iterator[tuple[str, Any]]:
    """Yield what is built in of a kind and can be made without fields, by name; strangers' may be broken."""
    loaded = registry.load()
    built_in = {plugin.name for plugin in loaded.plugins if plugin.built_in}
    for name, entry in loaded.entries[kind].items():
        if entry.plugin not in built_in:
            continue
        try:
            made = entry.cls()
        except Exception:  # noqa: S112 - what is wrong with it is not what is tested here
            continue
        yield name, made


@functools.cache
def layers() -> tuple[tuple[str, Layer], ...]:
    """Return the registered layers that take a vector, return one as long, and go back; each after its name."""
    found: list[tuple[str, Layer]] = []
    for name, layer in registered("layer"):
        try:
            network = Network(
                [("sum", Sum(_UNITS)), (name, layer)], (5,), initializer=Fans(), rng=rng(), dtype="float32"
            )
            with np.errstate(all="ignore"):
                y, backward = network.forward(np.ones((4, 5), np.float32), training=True, rng=rng())
                backward(y)
        except Exception:  # noqa: S112
            continue
        if network.out_shape == (_UNITS,) and np.isfinite(network.parameters.grad).all():
            found.append((name, layer))
    return tuple(found)


@functools.cache
def probes() -> Mapping[str, Probe]:
    """Return the registered probes that can watch the kit's network, by name."""
    found = {}
    for name, probe in registered("probe"):
        try:
            learner(steps=1, watching={name: probe})
        except Exception:  # noqa: S112
            continue
        found[name] = probe
    return found


# ---- runs ----------------------------------------------------------------------------------------------------

Ends: TypeAlias = Literal["completed", "diverged", "diverged at once"]

_RATE = 0.2
_WILD = {"descent": 1e20, "learner": 1e4}


def descent(
    ball: str = "light", *, rate: float = _RATE, seed: int = 0, ends: Ends = "completed", steps: int = STEPS
) -> Run:
    """Return a descent on the kit's surface.

    Parameters
    ----------
    ball : str
        What its optimizer is called.
    rate : float
        Its learning rate.
    seed : int
        Of the run.
    ends : "completed", "diverged" or "diverged at once"
        How: it goes too fast, or starts too far off, whatever its configuration says.
    steps : int
        Steps that it makes, whatever its configuration says.
    """
    where = registry.load().get("surface", SURFACE)()
    training = DescentTraining(steps=STEPS, evaluate_every=8)
    config = {"problem": _plain(SURFACE, where), **_config(ball, rate, training, seed)}
    if ends == "diverged at once":
        where = replace(where, start=(1e200, 1e200))
    lr = _WILD["descent"] if ends == "diverged" else rate
    return replace(_descend(where, lr, _inertia(ball), steps), config=config)


def _descend(surface: Surface, lr: float, inertia: float = 0.2, steps: int = STEPS) -> Run:
    training = DescentTraining(steps=steps, evaluate_every=8)
    return _run(Descent(surface, dtype=training.dtype), Ball(lr, inertia), training)


def learner(
    ball: str = "light",
    *,
    rate: float = _RATE,
    seed: int = 0,
    ends: Ends = "completed",
    steps: int = STEPS,
    rows: bool = False,
    watching: Mapping[str, Probe] | None = None,
) -> Run:
    """Return a network that learned.

    Parameters
    ----------
    ball, rate, seed, ends, steps
        See ``descent``.
    rows : bool
        Whether targets are rows instead of classes.
    watching : dict of str to Probe, optional
        What watches; left out, all registered probes that can.
    """
    training = BatchTraining(steps=STEPS, evaluate_every=8, batch_size=4)
    chosen = {"dataset": "points", "network": "row", "initializer": "fans", "loss": "distance"}
    watching = probes() if watching is None else watching
    config = {
        "problem": _plain("supervised"),
        **_config(ball, rate, training, seed),
        **{key: _plain(name) for key, name in chosen.items()},
        "regularizer": _plain("none"),
        "probes": list(watching),
    }
    streams = Streams(seed)
    made = problem(streams, rows=rows)
    looks = {name: probe.watch(made, streams.probes) for name, probe in watching.items()}
    if ends == "diverged at once":
        made.parameters.theta[:] = 1e30
    optimizer = Ball(_WILD["learner"] if ends == "diverged" else rate, _inertia(ball))
    return replace(_run(made, optimizer, replace(training, steps=steps), looks), config=config)


def problem(streams: Streams, *, still: bool = False, rows: bool = False) -> SupervisedProblem:
    """Return the kit's network and its points.

    Parameters
    ----------
    streams : Streams
        Its chance.
    still : bool
        Whether the network is two layers of sums without noise, instead of all kinds of layers between sums.
    rows : bool
        Whether targets are rows instead of classes.
    """
    hidden = ("sum", Sum(_UNITS))
    between = [] if still else [pair for layer in (("shaken", Shaken()), *layers()) for pair in (layer, hidden)]
    return SupervisedProblem(
        dataset=Points(rows=rows, validation=0.2),
        layers=lambda n_out: [hidden, *between[:-1], ("sum", Sum(n_out))],
        initializer=Fans(),
        loss=Distance(),
        batch_size=4,
        sampling="shuffled",
        evaluation_samples=None,
        streams=streams,
        dtype="float32",
    )


def _run(
    problem: Problem,
    optimizer: Optimizer,
    training: Training,
    looks: Mapping[str, Callable[[], Mapping[str, Array]]] | None = None,
) -> Run:
    record = Loop(problem, optimizer, Level(), Unregularized(), training, looks).run()
    seconds = round(record.seconds, 6)  # as a file has it
    return Run({}, record.status, record.steps, seconds, record.final, record.best, record.arrays)


def _config(ball: str, rate: float, training: Training, seed: int) -> dict[str, Any]:
    return {
        "optimizer": _plain(ball, Ball(rate, _inertia(ball))),
        "schedule": _plain("level"),
        "training": dict(vars(training)),
        "seed": seed,
    }


def _plain(name: str, component: Component | None = None) -> dict[str, Any]:
    """Return a component as a configuration has it."""
    return {"name": name, **json.loads(json.dumps(asdict(component) if component else {}))}


def _inertia(ball: str) -> float:
    return _INERTIA.get(ball, 0.4)


# ---- studies -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What is in a study.

    Parameters
    ----------
    make : callable
        What makes a run: ``descent`` or ``learner``.
    balls, rates, seeds : tuple
        What its optimizers are called, at which rates, with which seeds; all are crossed.
    lost : "nothing", "some" or "all"
        Whether runs have diverged. Some: beside the others, two of the first optimizer at every rate, one of
        them at once, and if there are two, those of a third; and one has failed.
    """

    make: Callable[..., Run]
    balls: tuple[str, ...] = BALLS
    rates: tuple[float, ...] = (_RATE,)
    seeds: tuple[int, ...] = (0, 1)
    lost: Literal["nothing", "some", "all"] = "nothing"

    def study(self) -> Study:
        """Return a new copy of the study."""
        return copy.deepcopy(_study(self))


@functools.cache
def _study(plan: Plan) -> Study:
    runs = [
        _made(plan.make, ball, rate, seed, "diverged" if plan.lost == "all" else "completed")
        for ball in plan.balls
        for rate in plan.rates
        for seed in plan.seeds
    ]
    if plan.lost == "some":
        balls = (plan.balls[0], "wild")[: len(plan.balls)]
        runs += [_made(plan.make, ball, rate, 7, "diverged") for ball in balls for rate in plan.rates]
        runs += [_made(plan.make, balls[0], rate, 8, "diverged at once") for rate in plan.rates]
        runs.append(Run(runs[0].config | {"seed": 9}, "failed", 0, 0.0, error="planted"))
    return Study(Path("runs/kit"), Ledger("", [], [], []), {run.id: run for run in runs})


_made = functools.cache(lambda make, ball, rate, seed, ends: make(ball, rate=rate, seed=seed, ends=ends))

PLANS = {
    "two optimizers on data": Plan(learner),
    "two optimizers on a surface": Plan(descent),
    "one optimizer on data at two rates": Plan(learner, balls=("light",), rates=(_RATE / 2, _RATE)),
    "one descent": Plan(descent, balls=("light",), seeds=(0,)),
}
"""Studies that figures are tried with, by what is in them."""


# ---- how to look at them -------------------------------------------------------------------------------------


def contents(run: Run) -> dict[str, Any]:
    """Return everything that a run holds by its place, ``arrays loss``, to compare with later."""
    arrays = {f"arrays {name}": (a.dtype, a.shape, a.tobytes()) for name, a in run.arrays.items()}
    return arrays | copy.deepcopy({name: value for name, value in vars(run).items() if name != "arrays"})


def in_words(error: Exception) -> bool:
    """Return whether a refusal says something: four words are the least."""
    return len(str(error).split()) > 3


class Same:
    """A component as the key of a cache: another one is another, be it equal."""

    def __init__(self, component: Component) -> None:
        self.component = component

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.component is other.component

    def __hash__(self) -> int:
        return id(self.component)
