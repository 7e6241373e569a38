"""ravine, the public way: compose, build, problem and Update, as its trainer has them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from ravine.problem import Supervised
from ravine.training import Update

import ravine
from benchmarks.floor import BATCH, UNITS

Case = Callable[[], object]


def problem(optimizer: str) -> tuple[Supervised, Case]:
    """Return the network on MNIST, and its update."""
    overrides = [
        "problem=supervised",
        "dataset=mnist",
        "network=mlp",
        f"network.hidden={list(UNITS[1:-1])}",
        "network.activation=relu",
        "initializer=he",
        "loss=softmax_cross_entropy",
        f"training.batch_size={BATCH}",
        "training.dtype=float32",
        f"optimizer={optimizer}",
    ]
    experiment = ravine.build(ravine.compose(overrides))
    made = experiment.problem()
    update, t = Update(experiment.optimizer, made.parameters), itertools.count(1)
    return made, lambda: update(next(t), experiment.optimizer.lr)


def batch() -> tuple[np.ndarray, np.ndarray]:
    """Return the batch that everybody gets: float32 rows of 784 in [0, 1], and classes."""
    examples = problem("sgd")[0].split.train[:BATCH]
    return np.divide(examples.x.reshape(BATCH, -1), 255, dtype=np.float32), examples.target


def gradient(made: Supervised, x: np.ndarray, target: np.ndarray) -> Case:
    """Return the gradient's part of a step on a batch that is given: forward, loss, backward."""
    rng = np.random.default_rng(0)

    def one() -> float:
        y, backward = made.network.forward(x, training=True, rng=rng)
        value, dy = made.loss(y, target)
        backward(dy)
        return value

    return one


def both(first: Case, then: Case) -> Case:
    """Return one case after the other, as one."""

    def one() -> None:
        first()
        then()

    return one
