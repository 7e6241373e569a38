"""Shapes: whether layers give what they say. In a run NumPy would blame the layer behind the one at fault."""

from __future__ import annotations

from itertools import count, pairwise

import numpy as np

from ravine.base.types import Array
from ravine.contracts.layer import Layer
from ravine.contracts.loss import Loss
from ravine.engine.problem import Problem, SupervisedProblem

__all__ = [
    "check_shapes",
]


class _ShapeError(ValueError):
    """An array has another shape than it should have."""


def check_shapes(problem: Problem) -> None:
    """Send a few examples through a network and back, and refuse the first array that has another shape.

    Parameters
    ----------
    problem : Problem
        At its start, and of no use afterwards: running statistics have moved. Surfaces have nothing to check.

    Raises
    ------
    ValueError
        Naming the layer, or the loss, and both shapes. Whatever else breaks is left to the run to tell.
    """
    if isinstance(problem, SupervisedProblem):
        try:
            with np.errstate(all="ignore"):
                for training in (True, False):
                    _pass(problem, training=training)
        except (Exception, SystemExit) as error:
            if isinstance(error, _ShapeError):
                raise


def _pass(problem: SupervisedProblem, *, training: bool) -> None:
    layers, train = problem.network.layers, problem.split.train
    shapes, shape = {}, train.x.shape[1:]
    sizes = {*shape}
    for where, layer in layers.items():
        shapes[where] = shape = layer.out_shape(shape)
        sizes |= {*shape}
    batch = train[: next(n for n in count(2) if n not in sizes)]  # no other axis is taken for that of examples
    next_to = dict(pairwise(layers))
    going_back = False

    def see(where: str, array: Array) -> None:
        due = (len(batch), *shapes[where])
        if not going_back:
            _refuse(layers[where], f"layer {where}: forward gives", array, due, "out_shape says")
        elif behind := next_to.get(where):
            _refuse(layers[behind], f"layer {behind}: backward gives", array, due, "its input has")

    x, noise = problem.inputs(batch), np.random.default_rng(0)
    y, backward = problem.network.forward(x, training=training, rng=noise, trace=see)
    going_back = True
    _, dy = problem.loss(y, batch.target)
    _refuse(problem.loss, "loss: the gradient has", dy, y.shape, "outputs have")
    backward(dy)


def _refuse(component: Layer | Loss, what: str, array: Array, due: tuple[int, ...], says: str) -> None:
    """Refuse what a component gives in another shape; it comes first, so that ``registry.blaming`` finds it."""
    if (shape := np.shape(array)) != due:
        raise _ShapeError(f"{what} shape {shape}, {says} {due}")
