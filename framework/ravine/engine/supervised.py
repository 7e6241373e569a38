"""Supervised problem: a network that learns from a dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.errors import of
from ravine.base.types import Array
from ravine.contracts.augmentation import Augmentation
from ravine.contracts.dataset import Data, Dataset, Examples
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Layer
from ravine.contracts.loss import Loss
from ravine.contracts.score import Score
from ravine.engine.augmenter import Augmenter
from ravine.engine.batches import Batches, Sampling
from ravine.engine.chain import NOT_RUN
from ravine.engine.data import examples_of, refuse_numbers, remarks
from ravine.engine.denormals import flush
from ravine.engine.network import Network, Node
from ravine.engine.problem import Problem
from ravine.engine.promises.dataset import split
from ravine.engine.promises.layer import batch_of, fault_of_words
from ravine.engine.promises.loss import loss_and_gradient
from ravine.engine.promises.score import scored
from ravine.engine.randomness import Streams
from ravine.engine.reader import Reader
from ravine.fusion.kernel import Fusion

__all__ = ["SupervisedProblem"]


# Rows in one pass of an evaluation; with more rows the arrays are so large that they cost page faults.
_EVALUATION_ROWS = 500


class SupervisedProblem(Problem):
    """A network that learns from a dataset.

    Parameters
    ----------
    dataset : Dataset
        Examples and how they are split.
    nodes : callable
        Takes the number of outputs and returns the named layers, in order.
    initializer, loss
        These components.
    initializers : dict of str to Initializer, optional
        Other initializers, by a role or a pattern for names of weights.
    batch_size : int
        Examples in the batch of an update.
    sampling : "shuffled" or "replacement"
        Whole epochs, each in a new order, or batches drawn with replacement.
    evaluation_samples : int or None
        How many training examples an evaluation uses, the first ones; None for all. It always uses all
        validation and test examples.
    streams : Streams
        The run's random streams.
    dtype : dtype
        float32 or float64.
    scores : dict of str to Score, optional
        By name, what evaluations have beside loss and accuracy.
    augmentations : dict of str to Augmentation, optional
        By name, what changes a batch before the network learns from it, in this order.

    Attributes
    ----------
    network : Network
        It has ``layers`` by place and name, ``parameters``, ``buffers``, and ``forward``, whose ``trace`` gets
        the output of every layer.
    parameters : Parameters
        The parameters of the network: ``theta`` and ``grad``, flat, and ``named(theta)``, views by name.
    split : Split
        The examples for ``train``, ``validation`` and ``test``.
    loss : Loss
        The loss, as given.

    Raises
    ------
    ValueError
        If the data are not what ``Data`` says, the loss does not fit their targets, the layers do not fit each
        other, the data or the loss, or a layer cannot learn from such small batches.
    """

    def __init__(
        self,
        *,
        dataset: Dataset,
        nodes: Callable[[int], Sequence[Node]],
        initializer: Initializer,
        loss: Loss,
        batch_size: int,
        sampling: Sampling,
        evaluation_samples: int | None,
        streams: Streams,
        dtype: DTypeLike,
        scores: Mapping[str, Score] | None = None,
        initializers: Mapping[str, Initializer] | None = None,
        augmentations: Mapping[str, Augmentation] | None = None,
    ) -> None:
        self._fusion = Fusion.NOTHING
        self._scores = scores or {}
        self._data = data = examples_of(dataset)
        refuse_numbers(dataset, data, dtype)
        _refuse_targets(loss, data)
        self.split = split(dataset, data, streams.split)
        self.loss = loss
        self.network = Network(
            nodes(data.n_out),
            self.split.train.x.shape[1:],
            initializer=initializer,
            initializers=initializers,
            rng=streams.weights,
            dtype=dtype,
        )
        if self.network.out_shape != (data.n_out,):
            raise ValueError(
                f"the network's outputs have shape {self.network.out_shape}, the dataset needs ({data.n_out},)"
            )
        _refuse_small_batches(self.network.layers, batch_size, len(self.split.train))
        self.parameters = self.network.parameters
        self.validates = len(self.split.validation) > 0
        self.steps_per_epoch = -(-len(self.split.train) // batch_size)
        self._evaluated = {
            "train": self.split.train[:evaluation_samples],
            "validation": self.split.validation,
            "test": self.split.test,
        }
        self._passes = _passes(self._evaluated)
        # As a NumPy number it would be used in its own type, and rounded once more in others.
        self._dtype, self._scale = np.dtype(dtype), float(data.scale)
        _refuse_no_words(self.network, data)
        if self.network.settles:
            rows = streams.weights.permutation(len(self.split.train))[:batch_size]
            self.network.settle(self.inputs(self.split.train[rows]))
        self._has_buffers = bool(len(self.network.buffers))
        self._noise = streams.noise
        self._batches = Batches(len(self.split.train), batch_size, sampling, streams.batches)
        self._reader = Reader(self.split.train.x, self._scale, self._dtype)
        self._chance = streams.batches, streams.noise, streams.augmentation
        self._augmenter = Augmenter(
            augmentations or {}, data.n_out, streams.augmentation, self.network.vocabulary
        )

    def loss_and_gradient(self) -> float:
        """Return the loss of the next batch, and overwrite ``parameters.grad`` with its gradient."""
        numbers, self._noise_before = next(self._batches), self._noise.bit_generator.state
        if self.augmentations or self.network.vocabulary is not None:
            batch = self.split.train[numbers]
            self._x, self._target = self._augmenter(self.inputs(batch), batch.target)
        else:
            self._x, self._target = self._reader(numbers), self.split.train.target.take(numbers, axis=0)
        mean = self._learn()
        # They are few, if there are any.
        if self._has_buffers:
            flush(self.network.buffers.theta)
        return mean

    def again(self) -> float:
        """Do the same with the same batch and the same noise; buffers stay as they are."""
        noise, buffers = self._noise.bit_generator.state, self.network.buffers.theta.copy()
        self._noise.bit_generator.state = self._noise_before
        mean = self._learn()
        self._noise.bit_generator.state = noise
        self.network.buffers.theta[:] = buffers
        return mean

    def fuse(self, fusion: Fusion) -> None:
        """Run layers as programs, and scale bytes in a loop, where these give the same bits."""
        self._fusion = fusion
        if Fusion.LOOPS in fusion:
            self._reader.fuse()

    @property
    def fused(self) -> dict[str, str]:
        """By place and name of a layer, why NumPy runs it; "" if it is fused."""
        if Fusion.PROGRAMS in self._fusion:
            return self.network.fused
        # A short run tries few, or none.
        return {where: why for where, why in self.network.fused.items() if why != NOT_RUN}

    def _learn(self) -> float:
        """Return the loss of the batch, and overwrite ``parameters.grad`` with its gradient."""
        penalties: list[float] = []
        y, backward = self.network.forward(
            self._x, training=True, rng=self._noise, penalties=penalties, fusion=self._fusion
        )
        mean, dy = loss_and_gradient(self.loss, y, self._target)
        backward(dy)
        return mean + sum(penalties)

    def evaluate(self) -> dict[str, float]:
        """Return losses and, if targets are classes, accuracies: ``train_loss``, ``test_accuracy`` and more."""
        sums: dict[str, dict[str, float]] = {
            name: {} for name, examples in self._evaluated.items() if len(examples)
        }
        outputs: dict[str, list[Array]] = {name: [] for name in sums}
        for x, parts in self._passes:
            inputs = x if self.network.vocabulary is not None else self._reader.scaled(x)
            rows, _ = self.network.forward(inputs, training=False, rng=self._noise, fusion=self._fusion)
            for name, part in parts.items():
                y, rows = rows[: len(part)], rows[len(part) :]
                for metric, total in self._metric_sums(y, part.target).items():
                    sums[name][metric] = sums[name].get(metric, 0.0) + total
                if self._scores:
                    outputs[name].append(y.copy())
        means = {
            f"{name}_{metric}": total / len(self._evaluated[name])
            for name, totals in sums.items()
            for metric, total in totals.items()
        }
        for name in sums:
            for score_name, score in self._scores.items():
                with of(f"scores: {score_name}"):
                    of_set = scored(score, _joined(outputs[name]), self._evaluated[name].target)
                means[f"{name}_{score_name}"] = of_set
        return means

    def evaluate_on(self, most: int) -> None:
        """Use at most so many examples of each set in evaluations, the first ones."""
        self._evaluated = {name: examples[:most] for name, examples in self._evaluated.items()}
        self._passes = _passes(self._evaluated)

    def _metric_sums(self, y: Array, target: Array) -> dict[str, float]:
        """Return loss and accuracy, summed over examples."""
        sums = {"loss": loss_and_gradient(self.loss, y, target)[0] * len(y)}
        if target.ndim == 1:
            sums["accuracy"] = float(np.count_nonzero(y.argmax(axis=1) == target))
        return sums

    @property
    def layers(self) -> dict[str, Layer]:
        """The layers by place and name; another one can be put in the place of one."""
        return self.network.layers

    @property
    def augmentations(self) -> dict[str, Augmentation]:
        """What changes a batch before training, by name and in order; another one can take the place of one."""
        return self._augmenter.augmentations

    def remarks(self) -> list[str]:
        """Return sentences on data that teach little, and on batches that are smaller than they should be."""
        return [*remarks(self._data, self.split.train), *self._batches.remarks()]

    def try_augmentations(self) -> None:
        """Refuse augmentations that do not fit the examples or the loss.

        Raises
        ------
        ValueError
            The message has the augmentation, and what it needs.
        """
        batch = self.split.train[: self._batches.size]
        self._augmenter.try_on(self.inputs(batch), batch.target, self.loss)

    def held(self) -> dict[str, dict[str, Array]]:
        """Return copies of parameters and buffers, and what decides on the batches to come."""
        both = {"parameters": self.network.parameters, "buffers": self.network.buffers}
        named = {kind: arrays.named(arrays.theta.copy()) for kind, arrays in both.items()}
        chance = {"their chance": np.array(repr([one.bit_generator.state for one in self._chance]))}
        return {"the batches to come": {"their order": self._batches.rest.copy(), **chance}, **named}

    def state(self) -> dict[str, Array]:
        """Return the network's buffers, and the examples that are still to come in the epoch."""
        return {"buffers": self.network.buffers.theta, "rest": self._batches.rest}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Put back what ``state`` returned.

        Raises
        ------
        ValueError
            If it is of another network, or of more examples than there are.
        """
        buffers, rest = state["buffers"], state["rest"]
        if buffers.shape != self.network.buffers.theta.shape:
            raise ValueError("problem.buffers has another shape or type")
        if len(rest) and (rest.min() < 0 or rest.max() >= len(self.split.train)):
            raise ValueError("problem.rest has examples that there are not")
        self.network.buffers.theta[:] = buffers
        self._batches.rest = rest

    @property
    def weights(self) -> dict[str, Array]:
        """The network's parameters and buffers, views by name."""
        both = self.network.parameters, self.network.buffers
        return {name: view for arrays in both for name, view in arrays.named(arrays.theta).items()}

    def outputs(self, x: Annotated[Array, "n *in_shape"]) -> Annotated[Array, "n n_out"]:
        """Return the network's outputs, as in an evaluation, for inputs as the dataset has them.

        Raises
        ------
        ValueError
            If the network takes whole numbers, and these are others.
        """
        if fault := fault_of_words(x, self.network.vocabulary):
            is_ = fault.replace("are ", "is ", 1).replace("go ", "goes ", 1)
            raise ValueError(f"{_takes(self.network)}, and x {is_}")
        passes = [x[at : at + _EVALUATION_ROWS] for at in range(0, len(x), _EVALUATION_ROWS)]
        made = [self.network.forward(self._scaled(part), training=False, rng=self._noise)[0] for part in passes]
        return np.concatenate([np.empty((0, *self.network.out_shape), self._dtype), *made])

    def inputs(self, batch: Examples) -> Annotated[Array, "batch *in_shape"]:
        """Return a batch's inputs as the network takes them: scaled, in its dtype, or whole numbers."""
        return self._scaled(batch.x)

    def _scaled(self, x: Annotated[Array, "batch *in_shape"]) -> Annotated[Array, "batch *in_shape"]:
        if self.network.vocabulary is not None:
            return x
        x = x.astype(self._dtype)
        x *= self._scale
        return x


def _refuse_targets(loss: Loss, data: Data) -> None:
    """Refuse targets that the loss refuses."""
    for part, examples in (("train", data.train), ("test", data.test)):
        try:
            loss.check_targets(examples.target, data.n_out)
        except ValueError as error:
            raise ValueError(f"{part} targets do not fit the loss: {error}") from None


def _refuse_small_batches(layers: Mapping[str, Layer], batch_size: int, examples: int) -> None:
    """Refuse a run in which no batch has enough examples for some layer."""
    few = (
        f"training.batch_size = {batch_size}"
        if batch_size < examples
        else f"there {'is 1 training example' if examples == 1 else f'are {examples} training examples'}"
    )
    for where, layer in layers.items():
        if min(batch_size, examples) < (least := batch_of(layer, where)):
            needed = f"batches of {least} examples or more"
            raise ValueError(f"layer {where} learns from {needed}, and {few}")


def _refuse_no_words(network: Network, data: Data) -> None:
    """Refuse inputs that are not the whole numbers that a network's first layer takes."""
    for part, examples in (("train", data.train), ("test", data.test)):
        if fault := fault_of_words(examples.x, network.vocabulary):
            raise ValueError(f"{_takes(network)}, and {part} inputs {fault}")
    if network.vocabulary is not None and data.scale != 1:
        raise ValueError(f"{_takes(network)}, and the dataset's scale is {data.scale:g}, not 1")


def _takes(network: Network) -> str:
    assert network.vocabulary is not None
    return f"layer {next(iter(network.layers))} takes whole numbers from 0 to {network.vocabulary - 1}"


def _passes(sets: Mapping[str, Examples]) -> list[tuple[Array, dict[str, Examples]]]:
    """Join sets of examples and cut them into passes: inputs, and by set the examples of these inputs.

    Small sets share a pass, because for them the function calls cost as much as the matrix products.
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
