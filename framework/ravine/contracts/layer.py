"""The contract of a layer: the arrays that it needs, and its forward pass, which returns the backward pass."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Annotated, Any, ClassVar, Literal, Protocol, TypeAlias, get_args

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Axis",
    "Backward",
    "InputGradient",
    "Layer",
    "ParameterSpec",
    "is_shape",
]


Axis: TypeAlias = Literal["in", "out", "kernel"]
"""What the places along an axis of a weight are: inputs, units, or places of a moving window."""

InputGradient: TypeAlias = Literal["derivative", "zero", "straight_through"]
"""What a layer returns on the way back: the derivative, 0, or the gradient of its output as it is."""


def is_shape(value: object) -> bool:
    """Whether a value can be the shape of an array: a tuple of whole numbers from 0."""
    return isinstance(value, tuple) and all(isinstance(n, int | np.integer) and n >= 0 for n in value)


@dataclass(frozen=True)
class ParameterSpec:
    """Shape and initial value of one array of a layer.

    Parameters
    ----------
    shape : tuple of int
        Its shape; a size of 0 is possible.
    fan_in, fan_out : int
        For a weight: the number of inputs of one unit, and the number of units that one input goes to.
    fill : float or None
        The initial value of all its numbers; None if the experiment's initializer draws them.
    decay : bool
        Whether regularizers act on it.
    axes : tuple of "in", "out" and "kernel"
        For a weight, what its axes are, one word for each; empty if it is not said. An initializer finds them
        in its ``place``.

    Raises
    ------
    ValueError
        If ``shape`` is not a shape, ``fill`` is not a finite number, both ``fill`` and the fans are missing, or
        there are words for more or fewer axes than ``shape`` has.

    Examples
    --------
    A weight that the experiment's initializer draws and that decays, and a bias that is 0 at first:

    >>> from ravine import ParameterSpec
    >>> weight = ParameterSpec((784, 50), fan_in=784, fan_out=50, decay=True, axes=("in", "out"))
    >>> bias = ParameterSpec((50,), fill=0.0)
    """

    shape: tuple[int, ...]
    fan_in: int = 0
    fan_out: int = 0
    fill: float | None = None
    decay: bool = False
    axes: tuple[Axis, ...] = ()

    def __post_init__(self) -> None:
        if not is_shape(self.shape):
            raise ValueError(
                f"shape = {self.shape!r}: it must be a tuple of whole numbers from 0, like (784, 50)"
            )
        if self.fill is not None and not (isinstance(self.fill, Real) and math.isfinite(self.fill)):
            raise ValueError(f"fill = {self.fill!r}: it must be a finite number, or None")
        if self.fill is None and min(self.fan_in, self.fan_out) < 1:
            raise ValueError("an array that the initializer draws needs fan_in and fan_out, or a fill")
        if self.axes and (len(self.axes) != len(self.shape) or not {*self.axes} <= {*get_args(Axis)}):
            words = ", ".join(get_args(Axis))
            raise ValueError(
                f"axes = {self.axes!r}: it must be empty, or have a word for each axis of {self.shape}: {words}"
            )


class Backward(Protocol):
    """The backward pass that a forward pass returns."""

    def __call__(
        self, dy: Annotated[Array, "batch *out_shape"], need_dx: bool = True
    ) -> Annotated[Array, "batch *in_shape"] | None:
        """Write the gradients of the parameters, and return the gradient of the input if it is needed.

        Parameters
        ----------
        dy : (batch, *out_shape) array
            Gradient of the loss with respect to the output; it must not be changed.
        need_dx : bool
            Whether the gradient of the input is needed.

        Returns
        -------
        dx : (batch, *in_shape) array, or None
            Gradient of the loss with respect to the input.
        """


@dataclass(frozen=True)
class Layer(Component, ABC):
    """A differentiable function of a batch.

    Attributes
    ----------
    min_batch : int
        How many examples a batch must have so that the layer learns from it: 2 if it learns a variance. A run
        with smaller batches is refused. Only the last batch of an epoch can be smaller; it must not spoil
        buffers.
    input_gradient : "derivative", "zero" or "straight_through"
        What the backward pass returns for the input. A layer that stops the gradient says ``"zero"``, and one
        that passes the gradient of its output on as it is, although that is not the derivative, says
        ``"straight_through"``. A layer that says ``"zero"`` has no penalty, whose derivative is not 0.

    Examples
    --------
    A layer that multiplies every feature by a learned number, and how a network uses it:

    >>> from dataclasses import dataclass
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ravine import Layer, ParameterSpec
    >>> @dataclass(frozen=True)
    ... class Scale(Layer):
    ...     def parameters(self, in_shape):
    ...         return {"s": ParameterSpec(in_shape, fill=1.0)}
    ...
    ...     def forward(self, x, p, *, training, rng):
    ...         def backward(dy, need_dx=True):
    ...             p.grad.s[...] = (dy * x).sum(axis=0)
    ...             return dy * p.s
    ...
    ...         return x * p.s, backward
    >>> p = SimpleNamespace(s=np.array([1.0, 2.0]), grad=SimpleNamespace(s=np.zeros(2)))
    >>> y, backward = Scale().forward(np.array([[3.0, 4.0]]), p, training=True, rng=np.random.default_rng(0))
    >>> dx = backward(np.array([[1.0, 1.0]]))
    >>> print(y, dx, p.grad.s)
    [[3. 8.]] [[1. 2.]] [3. 4.]
    """

    kind: ClassVar[str] = "layer"
    min_batch: ClassVar[int] = 1
    input_gradient: ClassVar[InputGradient] = "derivative"

    @property
    def vocabulary(self) -> int | None:
        """How many whole numbers, from 0, an input can be; None, the default, if it can be any number.

        A layer that overrides it gets whole numbers as the dataset has them, in an array of integers. It can
        only be the first layer of a network, and is never asked for the gradient of its input.
        """
        return None

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare trained arrays by name, given the shape of one example; by default there are none.

        The names are attributes of ``p`` in ``forward``. They differ from those of ``buffers`` and from
        ``grad``.
        """
        return {}

    def buffers(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare arrays that are kept but not trained, like running statistics; see ``parameters``."""
        return {}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one output example, given that of one input; by default they are the same.

        Raises
        ------
        ValueError
            If the layer does not accept such an input; the message says what it accepts, and what it got.
        """
        return in_shape

    @abstractmethod
    def forward(
        self, x: Annotated[Array, "batch *in_shape"], p: Any, *, training: bool, rng: np.random.Generator
    ) -> (
        tuple[Annotated[Array, "batch *out_shape"], Backward]
        | tuple[Annotated[Array, "batch *out_shape"], Backward, float]
    ):
        """Compute the output, and return it with the backward pass, and with a penalty if there is one.

        Parameters
        ----------
        x : (batch, *in_shape) array
            Input; it must not be changed. The next batch may lie in the same memory: what a layer needs of this
            one after the way back it copies into a buffer.
        p : namespace
            Views of the declared arrays by name, ``p.W``, and of their gradients, ``p.grad.W``. Parameters are
            only read. Buffers are written in place, in training only. Do not rebind a name: write
            ``p.mean[...] = x``, not ``p.mean = x``.
        training : bool
            False in an evaluation. There the output must not depend on noise or on the other examples of the
            batch: use the mean over the noise, and running statistics instead of those of the batch.
        rng : numpy.random.Generator
            The run's random stream for noise in layers, the only source of randomness; use it in training only.

        Returns
        -------
        y : (batch, *out_shape) array
            Output, in the type of ``x``.
        backward : callable
            ``backward(dy, need_dx=True) -> dx``. It overwrites the gradients in ``p.grad`` (array items, not
            the names), does not change ``dy``, and returns the gradient of ``x``; if ``need_dx`` is False, it
            may return anything. It keeps what it needs from the forward pass itself: neither the layer nor
            ``p`` stores anything of a batch.
        penalty : float, optional
            A number that training adds to the loss, the mean over the batch of what the layer asks of its
            output; ``backward`` adds its derivative. In an evaluation it is left out.
        """
