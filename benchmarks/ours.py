"""ravine's step, the public way: compose, build, problem and Update, as its trainer has them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import ravine
from ravine.engine.supervised import SupervisedProblem
from ravine.engine.update import Update
from ravine.fusion.kernel import Fusion

from benchmarks.task import BATCH, LR, UNITS, Digits

OVERRIDES = (
    "problem=supervised",
    "dataset=mnist",
    "initializer=he",
    "loss=softmax_cross_entropy",
    f"training.batch_size={BATCH}",
)
MLP = (
    "network=mlp",
    f"network.hidden=[{','.join(map(str, UNITS[1:-1]))}]",
    "network.activation=relu",
)
CONVOLUTION = "{name:conv2d,channels:%d,padding:[1,1]},batch_norm,relu,max_pool"
CONVOLUTIONS = {
    "LeNet-5": ("network=lenet",),
    "two convolutions and batch normalisation": (
        "network=layers",
        f"network.layers=[{CONVOLUTION % 16},{CONVOLUTION % 32},flatten,{{name:affine,units:10}}]",
    ),
}
"""The networks, in the command's words."""


def problem(
    optimizer: str, network: Sequence[str] = MLP, *, fusion: Fusion, dtype: str = "float32"
) -> tuple[SupervisedProblem, Callable[[], None]]:
    """Return the network on MNIST, and its update, by NumPy or fused."""
    overrides = [
        *OVERRIDES,
        *network,
        f"training.dtype={dtype}",
        f"optimizer={optimizer}",
        f"optimizer.lr={LR}",
    ]
    experiment = ravine.build(ravine.compose(overrides))
    made = experiment.problem()
    made.fuse(fusion)
    update, t = Update(experiment.optimizer, made.parameters, fuses=Fusion.LOOPS in fusion), itertools.count(1)
    return made, lambda: update(next(t), experiment.optimizer.lr)


def batch(made: SupervisedProblem) -> tuple[np.ndarray, np.ndarray]:
    """Return the batch that everybody gets: rows of 784 numbers from 0 to 1, and classes."""
    examples = made.split.train[:BATCH]
    return made.inputs(examples).reshape(BATCH, -1), examples.target


def digits(made: SupervisedProblem) -> Digits:
    """Return the digits of which it draws its batches."""
    train = made.split.train
    return Digits(train.x.reshape(len(train), -1), train.target)


def both(first: Callable[[], object], then: Callable[[], object]) -> Callable[[], None]:
    """Return a function that calls two, one after the other: gradient and update."""

    def one() -> None:
        first()
        then()

    return one


def gradient(
    made: SupervisedProblem, x: np.ndarray, target: np.ndarray, *, fusion: Fusion
) -> Callable[[], float]:
    """Return a step's part between batch and update: forward, loss, backward."""
    rng = np.random.default_rng(0)

    def one() -> float:
        y, backward = made.network.forward(x, training=True, rng=rng, fusion=fusion)
        value, dy = made.loss(y, target)
        backward(dy)
        return value

    return one
