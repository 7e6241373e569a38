"""Shapes: whether a problem's first pass is right: in a run NumPy would blame the next layer, or nobody."""

from __future__ import annotations

import traceback
from itertools import count

import numpy as np

from ravine.base.types import Array
from ravine.contracts.composite import Composite
from ravine.contracts.layer import Layer
from ravine.contracts.loss import Loss
from ravine.engine import promises
from ravine.engine.descent import Descent
from ravine.engine.function import FunctionProblem
from ravine.engine.problem import Problem
from ravine.engine.promises.loss import loss_and_gradient
from ravine.engine.supervised import SupervisedProblem

__all__ = [
    "check_shapes",
]


class _ShapeError(ValueError):
    """An array has a wrong shape."""


def check_shapes(problem: Problem) -> None:
    """Send a few examples through a network and back, and refuse the first array with a wrong shape.

    A function is sampled once, and refused if it is not finite there. A surface is asked once for its gradient.

    Parameters
    ----------
    problem : Problem
        At its start. No run must begin with it afterwards: its buffers have changed, or noise was drawn.

    Raises
    ------
    ValueError
        If a shape is wrong; the message names the layer, or the loss, and both shapes. Or a function is not
        finite at its start.
    TypeError
        If a layer, the loss, a function or a surface does not return what it must. Other errors of a network
        are not raised here, because its batches may be others: they end the run itself.
    """
    if isinstance(problem, FunctionProblem):
        problem.check_start()
    if isinstance(problem, Descent):
        with np.errstate(all="ignore"):
            problem.loss_and_gradient()
    if isinstance(problem, SupervisedProblem):
        try:
            with np.errstate(all="ignore"):
                for training in (True, False):
                    _pass(problem, training=training)
        except (Exception, SystemExit) as error:
            if isinstance(error, _ShapeError) or _is_refused(error):
                raise


def _pass(problem: SupervisedProblem, *, training: bool) -> None:
    network, train = problem.network, problem.split.train
    sizes = {size for shapes in network.shapes.values() for shape in shapes for size in shape}
    # The number of examples differs from the length of every other axis, so that no axis is taken for theirs.
    batch = train[: next(n for n in count(2) if n not in sizes)]
    going_back = False

    def see(where: str, array: Array) -> None:
        expected = (len(batch), *network.shapes[where][1])
        if not going_back:
            layer = network.layers[where]
            says = f"{'joined' if isinstance(layer, Composite) else 'out_shape'} says"
            _check_shape(layer, f"layer {where}: forward gives", array, expected, says)
        elif after := network.following.get(where):
            says = "its part gave" if where.startswith(f"{after}.") else "its input has"
            _check_shape(network.layers[after], f"layer {after}: backward gives", array, expected, says)

    x, noise = problem.inputs(batch), np.random.default_rng(0)
    y, backward = problem.network.forward(x, training=training, rng=noise, trace=see)
    going_back = True
    _, dy = loss_and_gradient(problem.loss, y, batch.target)
    _check_shape(problem.loss, "loss: the gradient has", dy, y.shape, "outputs have")
    backward(dy)


def _is_refused(error: BaseException) -> bool:
    """Whether an error is the engine's, about what a component returned."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return isinstance(error, TypeError) and frame.f_globals["__name__"].startswith(f"{promises.__name__}.")


def _check_shape(
    component: Layer | Loss, gives: str, array: Array, expected: tuple[int, ...], says: str
) -> None:
    """Refuse an array with a wrong shape; the component comes first, so that ``registry.guard`` finds it."""
    if (shape := np.shape(array)) != expected:
        raise _ShapeError(f"{gives} shape {shape}, {says} {expected}")
