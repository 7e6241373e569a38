"""The contract of a layer: what it needs, and the forward pass with its backward pass beside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from ravine.component import Array, Component

__all__ = ["Backward", "Layer", "ParameterSpec"]


@dataclass(frozen=True)
class ParameterSpec:
    """What a layer asks for one of its arrays.

    Parameters
    ----------
    shape : tuple of int
        Its shape.
    fan_in, fan_out : int
        For a weight: inputs of one unit and units fed by one input.
    fill : float or None
        Its first value everywhere; None leaves the draw to the experiment's initializer.
    decay : bool
        Whether regularizers act on it.
    """

    shape: tuple[int, ...]
    fan_in: int = 0
    fan_out: int = 0
    fill: float | None = None
    decay: bool = False

    def __post_init__(self) -> None:
        if self.fill is None and min(self.fan_in, self.fan_out) < 1:
            raise ValueError("an array that the initializer draws needs fan_in and fan_out, or a fill")


class Backward(Protocol):
    """The backward pass that a forward pass returns."""

    def __call__(self, dy: Array, need_dx: bool = True) -> Array | None:
        """Write the parameters' gradients and return the input's, unless nobody needs it."""


@dataclass(frozen=True)
class Layer(Component, ABC):
    """A differentiable function of a batch."""

    kind: ClassVar[str] = "layer"

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare trained arrays by name, given the shape of one example."""
        return {}

    def buffers(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        """Declare arrays that are kept but not trained, such as running statistics."""
        return {}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one output example.

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
            False when the network is judged: instead of noise what it gives on average, instead of the batch's
            statistics running ones, so that an example gives what it gives alone.
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
