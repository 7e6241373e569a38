"""The contract of a layer: what it needs, and the forward pass with its backward pass beside it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, Protocol

import numpy as np

from ravine.base.types import Array
from ravine.contracts.component import Component

__all__ = [
    "Backward",
    "Layer",
    "ParameterSpec",
    "is_shape",
]


def is_shape(value: object) -> bool:
    """Whether it is a tuple of whole numbers from 0, as arrays have."""
    return isinstance(value, tuple) and all(isinstance(n, int | np.integer) and n >= 0 for n in value)


@dataclass(frozen=True)
class ParameterSpec:
    """What a layer asks for one of its arrays.

    Parameters
    ----------
    shape : tuple of int
        Its shape; 0 is a size too, of an array without numbers.
    fan_in, fan_out : int
        For a weight: inputs of one unit and units fed by one input.
    fill : float or None
        Its first value everywhere; None leaves the draw to the experiment's initializer.
    decay : bool
        Whether regularizers act on it.

    Raises
    ------
    ValueError
        If the shape is none, ``fill`` is no finite number, or what is drawn lacks its fans.

    Examples
    --------
    A weight that the experiment's initializer draws and that decays, and a bias that is 0 at first:

    >>> from ravine import ParameterSpec
    >>> weight = ParameterSpec((784, 50), fan_in=784, fan_out=50, decay=True)
    >>> bias = ParameterSpec((50,), fill=0.0)
    """

    shape: tuple[int, ...]
    fan_in: int = 0
    fan_out: int = 0
    fill: float | None = None
    decay: bool = False

    def __post_init__(self) -> None:
        if not is_shape(self.shape):
            raise ValueError(
                f"shape = {self.shape!r}: it is a tuple of whole numbers from 0, such as (784, 50)"
            )
        if self.fill is not None and not (isinstance(self.fill, Real) and math.isfinite(self.fill)):
            raise ValueError(f"fill = {self.fill!r}: it is a finite number, or None")
        if self.fill is None and min(self.fan_in, self.fan_out) < 1:
            raise ValueError("an array that the initializer draws needs fan_in and fan_out, or a fill")


class Backward(Protocol):
    """The backward pass that a forward pass returns."""

    def __call__(self, dy: Array, need_dx: bool = True) -> Array | None:
        """Write the parameters' gradients and return the input's, unless nobody needs it.

        Parameters
        ----------
        dy : (batch, *out_shape) array
            Gradient of the loss by the output, never written.
        need_dx : bool
            Whether the gradient of the input is wanted.

        Returns
        -------
        dx : (batch, *in_shape) array, or None
            Gradient of the loss by the input.
        """


@dataclass(frozen=True)
class Layer(Component, ABC):
    """A differentiable function of a batch.

    Examples
    --------
    Every feature times a number that is learned, and what a network does with it:

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

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare trained arrays by name, given the shape of one example; none unless it is overridden.

        A name is an attribute of ``p`` in ``forward``, and each is used once; none is ``grad``.
        """
        return {}

    def buffers(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare arrays that are kept but not trained, such as running statistics; as ``parameters`` does."""
        return {}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one output example, given that of an input; the same unless it is overridden.

        Raises
        ------
        ValueError
            If the layer cannot take such an input: what it takes, and what it got.
        """
        return in_shape

    @abstractmethod
    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        """Compute the output and the function that goes back.

        Parameters
        ----------
        x : (batch, *in_shape) array
            Input, never written.
        p : namespace
            Views of the declared arrays by name, ``p.W``; those of the gradients in ``p.grad``, ``p.grad.W``.
            Parameters are read, buffers written in place, and only while training; no name is bound anew.
        training : bool
            False when the network is evaluated. A layer then adds no noise but gives what it gives on average,
            and uses running statistics, not the batch's: an example gives the same in a batch and alone.
        rng : numpy.random.Generator
            The run's stream for noise in layers, the only source of chance; touch it only while training.

        Returns
        -------
        y : (batch, *out_shape) array
            Output, in the type of ``x``.
        backward : callable
            ``backward(dy, need_dx=True) -> dx``. It overwrites the gradients in ``p.grad`` (array items, not
            the names), never writes ``dy``, and returns the gradient of ``x``, or anything when ``need_dx`` is
            False. What it needs of the way forward it keeps itself: neither layer nor ``p`` remembers a batch.
        """
