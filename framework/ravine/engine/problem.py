"""Problem: anything that can be minimised. The trainer cannot tell a surface from a network with data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.dataset import Dataset, Examples
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Layer, ParameterSpec
from ravine.contracts.loss import Loss
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.surface import Surface
from ravine.engine.batches import Batches, Sampling
from ravine.engine.data import examples_of
from ravine.engine.network import Network
from ravine.engine.parameters import Parameters
from ravine.engine.randomness import Streams

__all__ = [
    "Descent",
    "Problem",
    "SupervisedProblem",
    "Unregularized",
]


_EVALUATION_ROWS = 500  # rows a pass when judging: more cost page faults


class Problem(ABC):
    """Parameters, and a loss that depends on them.

    Attributes
    ----------
    parameters : Parameters
        What the optimizer moves.
    steps_per_epoch : int or None
        Updates that see the training data once; None where there are no data.
    records_path : bool
        Whether the parameters are few enough to be recorded at every step.
    """

    parameters: Parameters
    steps_per_epoch: int | None = None
    records_path: bool = False

    @abstractmethod
    def loss_and_gradient(self) -> float:
        """Return the loss at ``parameters.theta`` and overwrite ``parameters.grad`` with its gradient."""

    @abstractmethod
    def evaluate(self) -> dict[str, float]:
        """Return metrics at ``parameters.theta``, by name; training is not disturbed."""

    def state(self) -> dict[str, Array]:
        """Return what else than parameters and streams of chance decides how training goes on, by name."""
        return {}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Put back what ``state`` returned."""
        assert not state


class Descent(Problem):
    """A descent on a surface.

    Parameters
    ----------
    surface : Surface
        The function.
    starts : (n, 2) array, optional
        Points that descend side by side, each as if it were alone; by default the surface's one start.
    dtype : dtype
        float32 or float64.
    """

    records_path = True

    def __init__(self, surface: Surface, *, starts: Array | None = None, dtype: DTypeLike) -> None:
        points = np.asarray([surface.start] if starts is None else starts, dtype=dtype)
        self.surface = surface
        self.parameters = Parameters(
            {("point", axis): ParameterSpec((len(points),), fill=0.0) for axis in "xy"}, dtype
        )
        self.parameters.theta[:] = points.T.ravel()

    def loss_and_gradient(self) -> float:
        """Return the mean value; every point's own gradient goes to the flat array."""
        x, y = self._points()
        np.concatenate(self.surface.gradient(x, y), out=self.parameters.grad)
        return float(np.mean(self.surface.value(x, y)))

    def evaluate(self) -> dict[str, float]:
        """Return the mean value, as ``value``."""
        return {"value": float(np.mean(self.surface.value(*self._points())))}

    def _points(self) -> Sequence[Array]:
        return np.split(self.parameters.theta, 2)


@dataclass(frozen=True)
class Unregularized(Regularizer):
    """No regularizer: what a descent is trained with, for a point on a surface has no weights."""


class SupervisedProblem(Problem):
    """A network that learns from a dataset.

    Parameters
    ----------
    dataset : Dataset
        Examples and how they are split.
    layers : callable
        From the number of outputs to the named layers, in order.
    initializer, loss
        Their components.
    batch_size : int
        Examples an update sees.
    sampling : "shuffled" or "replacement"
        Epochs in a new order each, or draws with replacement.
    evaluation_samples : int or None
        Judge on the first so many training examples; None for all. Validation and test are judged whole.
    streams : Streams
        The run's chance.
    dtype : dtype
        float32 or float64.

    Attributes
    ----------
    network : Network
        With its ``layers`` by place and name, ``parameters``, ``buffers``, and ``forward``, whose ``trace`` is
        shown the output of every layer.
    parameters : Parameters
        Those of the network: ``theta`` and ``grad``, flat, and ``named(theta)``, views by name.
    split : Split
        Examples to ``train``, ``validation`` and ``test`` with.
    loss : Loss
        As in the parameters.

    Raises
    ------
    ValueError
        If the data are not what ``Data`` says, or the layers do not fit each other, the data or the loss.
    """

    def __init__(
        self,
        *,
        dataset: Dataset,
        layers: Callable[[int], Sequence[tuple[str, Layer]]],
        initializer: Initializer,
        loss: Loss,
        batch_size: int,
        sampling: Sampling,
        evaluation_samples: int | None,
        streams: Streams,
        dtype: DTypeLike,
    ) -> None:
        data = examples_of(dataset)
        self.split = dataset.split(data, streams.split)
        self.loss = loss
        self.network = Network(
            layers(data.n_out),
            self.split.train.x.shape[1:],
            initializer=initializer,
            rng=streams.weights,
            dtype=dtype,
        )
        if self.network.out_shape != (data.n_out,):
            raise ValueError(
                f"the network's outputs have shape {self.network.out_shape}, the dataset needs ({data.n_out},)"
            )
        self.parameters = self.network.parameters
        self.steps_per_epoch = -(-len(self.split.train) // batch_size)
        self.judged = {
            "train": self.split.train[:evaluation_samples],
            "validation": self.split.validation,
            "test": self.split.test,
        }
        self._passes = _passes(self.judged)
        self._dtype, self._scale = np.dtype(dtype), data.scale
        self._noise = streams.noise
        self._batches = Batches(self.split.train, batch_size, sampling, streams.batches)

    def loss_and_gradient(self) -> float:
        """Take the next batch; the loss is the one that the gradient comes from."""
        batch = next(self._batches)
        y, backward = self.network.forward(self.inputs(batch), training=True, rng=self._noise)
        value, dy = self.loss(y, batch.target)
        backward(dy)
        return value

    def evaluate(self) -> dict[str, float]:
        """Return loss and, where targets are classes, accuracy: ``train_loss``, ``test_accuracy`` and so on."""
        sums: dict[str, dict[str, float]] = {
            name: {} for name, examples in self.judged.items() if len(examples)
        }
        for x, parts in self._passes:
            rows, _ = self.network.forward(self._scaled(x), training=False, rng=self._noise)
            for name, part in parts.items():
                y, rows = rows[: len(part)], rows[len(part) :]
                for what, value in self._judge(y, part.target).items():
                    sums[name][what] = sums[name].get(what, 0.0) + value
        return {
            f"{name}_{what}": value / len(self.judged[name])
            for name, values in sums.items()
            for what, value in values.items()
        }

    def _judge(self, y: Array, target: Array) -> dict[str, float]:
        """Return sums over examples."""
        sums = {"loss": self.loss(y, target)[0] * len(y)}
        if target.ndim == 1:
            sums["accuracy"] = float(np.count_nonzero(y.argmax(axis=1) == target))
        return sums

    def state(self) -> dict[str, Array]:
        """Return the network's buffers, and the examples that are left of the epoch."""
        return {"buffers": self.network.buffers.theta, "rest": self._batches.rest}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Put back what ``state`` returned."""
        self.network.buffers.theta[:] = state["buffers"]
        self._batches.rest = state["rest"]

    def inputs(self, batch: Examples) -> Array:
        """Return a batch's inputs as the network takes them: scaled, in its dtype."""
        return self._scaled(batch.x)

    def _scaled(self, x: Array) -> Array:
        x = x.astype(self._dtype)
        x *= self._scale
        return x


def _passes(sets: Mapping[str, Examples]) -> list[tuple[Array, dict[str, Examples]]]:
    """Lay sets of examples end to end and cut them: inputs, and by set the examples that they are of.

    Small sets share a pass, for its calls cost as much as their products.
    """
    passes: list[dict[str, Examples]] = []
    room = 0
    for name, examples in sets.items():
        at = 0
        while at < len(examples):
            if not room:
                passes.append({})
                room = _EVALUATION_ROWS
            passes[-1][name] = part = examples[at : at + room]
            at, room = at + len(part), room - len(part)
    return [(_joined([part.x for part in parts.values()]), parts) for parts in passes]


def _joined(arrays: Sequence[Array]) -> Array:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
