"""Small runs and studies for checks, made in memory: balls on a surface or a function, and a network on points.

Optimizers, network and data are the kit's own. Surface and function are built-in ones, because a run finds
these by name. The network has built-in layers of all sorts and all probes that fit, so that figures and metrics
find what they show.
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
from ravine.contracts.composite import Composite
from ravine.contracts.dataset import Data, Dataset, Examples
from ravine.contracts.fields import free_texts
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Backward, Layer, ParameterSpec
from ravine.contracts.loss import Loss, one_hot
from ravine.contracts.optimizer import Optimizer
from ravine.contracts.probe import Probe
from ravine.contracts.schedule import Schedule
from ravine.contracts.surface import Surface
from ravine.engine.descent import Descent
from ravine.engine.function import FunctionProblem
from ravine.engine.network import Network, Node
from ravine.engine.problem import Problem
from ravine.engine.randomness import Streams
from ravine.engine.settings import BatchTraining, DescentTraining, FunctionTraining, Training
from ravine.engine.supervised import SupervisedProblem
from ravine.engine.training import Loop
from ravine.engine.unregularized import Unregularized
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.registry.make import make_component, make_node
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
    "minimized",
    "problem",
]

STEPS = 24
"""Updates of a run; it is evaluated after every eighth."""

SURFACE = "sphere"
"""The built-in surface that balls descend on."""

FUNCTION = "quadratic"
"""The built-in function that balls minimise."""

SCHEDULE = "step"
"""The built-in schedule that runs are said to have, so that others can ask for a factor: here 1."""

_UNITS = 8
_INERTIA = {"light": 0.2, "heavy": 0.6}
BALLS = tuple(_INERTIA)
"""Names of the kit's optimizers."""


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
    """The learning rate as it is."""

    def factor(self, step: int, steps: int) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Fans(Initializer):
    """Weights with the variance 2 / fan_in."""

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
        """Return the number of units."""
        return (self.units,)

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        """Return x W + b."""

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            p.grad.W[...], p.grad.b[...] = x.T @ dy, dy.sum(axis=0)
            return dy @ p.W.T if need_dx else None

        return x @ p.W + p.b, backward


@dataclass(frozen=True)
class Shaken(Layer):
    """Inputs with noise in training; their running mean is kept."""

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
        """Return its mean, and the gradient of the mean."""
        apart = y - one_hot(target, y)
        return float((apart * apart).sum() / 2 / len(y)), apart / len(y)


@dataclass(frozen=True, kw_only=True)
class Points(Dataset):
    """Twenty points of two clouds, and ten for the test; the targets are classes, or rows."""

    numbers: int
    rows: bool = False

    def load(self) -> Data:
        """Draw the points."""
        classes = np.arange(30) % 2
        x = rng(3).standard_normal((30, self.numbers)) + np.where(classes, 2, -2)[:, None]
        target = np.eye(2)[classes] if self.rows else classes
        return Data(Examples(x[:20], target[:20]), Examples(x[20:], target[20:]), n_out=2)


# ---- what is registered --------------------------------------------------------------------------------------


def registered(kind: str) -> Iterator[tuple[str, Any]]:
    """Yield name and component for each built-in component of a kind that needs no fields.

    Components of third parties are left out, because they may be broken.
    """
    loaded = registry.load()
    built_in = {plugin.name for plugin in loaded.plugins if plugin.built_in}
    for name, entry in loaded.entries[kind].items():
        if entry.plugin not in built_in:
            continue
        try:
            component = entry.cls()
        except Exception:  # noqa: S112 - it is not the component that is tested here
            continue
        yield name, component


def node(name: str, layer: Layer) -> Node:
    """Return a layer as a network takes it, with the layers of its parts."""
    return make_node(name, layer, "alone", lambda item, where: make_component("layer", item, where)[1])


@functools.cache
def layers() -> tuple[Node, ...]:
    """Return registered layers that keep the length of a vector, and hand the derivative back.

    They are those that a probe names in its fields, and one of each sort besides: a chain of all would be too
    deep to learn.
    """
    named = {text for _, probe in registered("probe") for _, text in free_texts(probe)}
    found: list[Node] = []
    sorts = set[object]()
    for name, layer in registered("layer"):
        # Behind one that stops the gradient, nothing learns.
        if layer.input_gradient != "derivative":
            continue
        noise, penalties = rng(), list[float]()
        untouched = noise.bit_generator.state
        try:
            network = Network(
                [Node("sum", Sum(_UNITS)), node(name, layer)],
                (5,),
                initializer=Fans(),
                rng=rng(),
                dtype="float32",
            )
            with np.errstate(all="ignore"):
                x = np.ones((4, 5), np.float32)
                y, backward = network.forward(x, training=True, rng=noise, penalties=penalties)
                backward(y)
        except Exception:  # noqa: S112
            continue
        if network.out_shape != (_UNITS,) or not np.isfinite(network.parameters.grad).all():
            continue
        arrays = len(network.parameters.theta), len(network.buffers.theta)
        sort = arrays, noise.bit_generator.state == untouched, bool(penalties), isinstance(layer, Composite)
        if name in named or sort not in sorts:
            found.append(node(name, layer))
            sorts.add(sort)
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
_WILD = {"descent": 1e20, "minimized": 1e20, "learner": 1e4}


def descent(
    ball: str = "light", *, rate: float = _RATE, seed: int = 0, ends: Ends = "completed", steps: int = STEPS
) -> Run:
    """Return a descent on the kit's surface.

    Parameters
    ----------
    ball : str
        The name of its optimizer.
    rate : float
        Its learning rate.
    seed : int
        The seed of the run.
    ends : "completed", "diverged" or "diverged at once"
        How it ends. A run diverges because its real learning rate or start is too large, against its
        configuration.
    steps : int
        Steps that it really makes; the configuration always says the same number.
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


def minimized(
    ball: str = "light", *, rate: float = _RATE, seed: int = 0, ends: Ends = "completed", steps: int = STEPS
) -> Run:
    """Return a descent on the kit's function; see ``descent``."""
    function = registry.load().get("function", FUNCTION)()
    training = FunctionTraining(steps=STEPS, evaluate_every=8)
    config = {"problem": _plain(FUNCTION, function), **_config(ball, rate, training, seed)}
    made = FunctionProblem(function, streams=Streams(seed), dtype=training.dtype)
    if ends == "diverged at once":
        made.parameters.theta[:] = 1e200
    optimizer = Ball(_WILD["minimized"] if ends == "diverged" else rate, _inertia(ball))
    return replace(_run(made, optimizer, replace(training, steps=steps)), config=config)


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
        The probes that watch it; by default all registered probes that can.
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
    looks = {name: (probe, probe.watch(made, streams.probes)) for name, probe in watching.items()}
    if ends == "diverged at once":
        made.parameters.theta[:] = 1e30
    optimizer = Ball(_WILD["learner"] if ends == "diverged" else rate, _inertia(ball))
    return replace(_run(made, optimizer, replace(training, steps=steps), looks), config=config)


def problem(streams: Streams, *, still: bool = False, rows: bool = False) -> SupervisedProblem:
    """Return the kit's network and its points.

    Parameters
    ----------
    streams : Streams
        Its random streams.
    still : bool
        Whether the network is two layers of sums without noise, instead of all sorts of layers between sums.
    rows : bool
        Whether targets are rows instead of classes.
    """
    hidden = Node("sum", Sum(_UNITS))
    between = (
        [] if still else [one for layer in (Node("shaken", Shaken()), *layers()) for one in (layer, hidden)]
    )
    return SupervisedProblem(
        # Points in the plane can be drawn; a probe meets others, too.
        dataset=Points(numbers=5 if still else 2, rows=rows, validation=0.2),
        nodes=lambda n_out: [hidden, *between[:-1], Node("sum", Sum(n_out))],
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
    looks: Mapping[str, tuple[Probe, Callable[[], Mapping[str, Array]]]] | None = None,
) -> Run:
    record = Loop(problem, optimizer, Level(), Unregularized(), training, looks).run()
    # A file has six decimals.
    seconds = round(record.seconds, 6)
    return Run({}, record.status, record.steps, seconds, record.final, record.best, record.arrays)


def _config(ball: str, rate: float, training: Training, seed: int) -> dict[str, Any]:
    return {
        "optimizer": _plain(ball, Ball(rate, _inertia(ball))),
        "schedule": _plain(SCHEDULE),
        "training": dict(vars(training)),
        "seed": seed,
    }


def _plain(name: str, component: Component | None = None) -> dict[str, Any]:
    """Return a component as plain values, as in a configuration."""
    return {"name": name, **json.loads(json.dumps(asdict(component) if component else {}))}


def _inertia(ball: str) -> float:
    return _INERTIA.get(ball, 0.4)


# ---- studies -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """The runs of a study.

    Parameters
    ----------
    make : callable
        The function that makes a run: ``descent`` or ``learner``.
    balls, rates, seeds : tuple
        Names of its optimizers, learning rates and seeds; there is a run for each combination.
    lost : "nothing", "some" or "all"
        Which runs have diverged. With ``some`` there are additional runs: of the first optimizer, at every
        rate, one that diverged and one that diverged at once; if there are two optimizers, a third that
        diverged at every rate; and one run that failed.
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
"""Studies with which figures are tested, by a description."""


# ---- how to look at them -------------------------------------------------------------------------------------


def contents(run: Run) -> dict[str, Any]:
    """Return copies of everything in a run, by its place, ``arrays loss``, for a later comparison."""
    arrays = {f"arrays {name}": (a.dtype, a.shape, a.tobytes()) for name, a in run.arrays.items()}
    return arrays | copy.deepcopy({name: value for name, value in vars(run).items() if name != "arrays"})


def in_words(error: Exception) -> bool:
    """Return whether a refusal has enough words to say something: at least four."""
    return len(str(error).split()) > 3


class Same:
    """A component as the key of a cache: two components are different keys even if they are equal."""

    def __init__(self, component: Component) -> None:
        self.component = component

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.component is other.component

    def __hash__(self) -> int:
        return id(self.component)
