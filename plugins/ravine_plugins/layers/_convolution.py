"""Convolution along any number of axes, by matrix products."""

import math
from abc import ABC
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from ravine import Array, Backward, Layer, ParameterSpec

from ravine_plugins.layers._windows import places, views, windows

_BLOCK = 1 << 19
"""How many numbers of columns are written out at a time: 2 MB in float32, which a cache holds."""


@dataclass(frozen=True)
class Convolution(Layer, ABC):
    """What convolutions share; ``size``, ``stride`` and ``padding`` have a number for each axis.

    What the window sees at one place of one example is a column of a matrix, and the weights of a unit are a
    row of another (Chellapilla, Puri and Simard 2006, High Performance Convolutional Neural Networks for
    Document Processing, section 2). All columns would not fit into a cache, so they are written out for a block
    of places at a time, and once more on the way back.

    In memory the examples are the last axis: what is copied are long rows, whatever the window and its steps.
    The arrays that others see are views with the examples first.
    """

    takes: ClassVar[str]

    channels: int = 8
    size: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    padding: tuple[int, ...] = ()
    groups: int = 1

    def __post_init__(self) -> None:
        self.require(channels="[1, inf)", size="[1, inf)", stride="[1, inf)", padding="[0, inf)")
        self.require(groups="[1, inf)")
        if self.channels % self.groups:
            raise ValueError(
                f"{type(self).__name__}: groups = {self.groups} does not divide channels = {self.channels}"
            )

    def parameters(self, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
        n_in, area = self._with_channels(in_shape)[0] // self.groups, math.prod(self.size)
        weight = ParameterSpec(
            (n_in, *self.size, self.channels),
            fan_in=n_in * area,
            fan_out=self.channels // self.groups * area,
            decay=True,
            axes=("in", "kernel", "out") if len(self.size) == 1 else ("in", "kernel", "kernel", "out"),
        )
        return {"W": weight, "b": ParameterSpec((self.channels,), fill=0.0)}

    def out_shape(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        if len(in_shape) not in (len(self.size), len(self.size) + 1):
            raise ValueError(f"takes {self.takes}, got shape {in_shape}")
        n_in, *lengths = self._with_channels(in_shape)
        if n_in % self.groups:
            raise ValueError(f"groups = {self.groups} does not divide the channels of shape {in_shape}: {n_in}")
        padded = [n + 2 * pad for n, pad in zip(lengths, self.padding, strict=True)]
        if any(k > n for k, n in zip(self.size, padded, strict=True)):
            raise ValueError(f"size = {list(self.size)} is larger than examples of shape {in_shape}")
        return (self.channels, *places(padded, self.size, self.stride))

    def forward(self, x: Array, p: Any, *, training: bool, rng: np.random.Generator) -> tuple[Array, Backward]:
        padded, inside = self._padded(x)
        seen = windows(padded, self.size, self.stride, axis=2)
        # A matrix for each group; of W the last axis counts the units.
        W = p.W.reshape(-1, self.channels).T.reshape(self.groups, self.channels // self.groups, -1)
        y = np.empty((*W.shape[:2], *seen.shape[2 + len(self.size) :]), x.dtype)
        for block, written in self._blocks(seen):
            np.matmul(W, _matrix(written, W.shape[2]), out=_matrix(y[:, :, block], W.shape[1]))
        y += p.b.reshape(*y.shape[:2], *(1 for _ in y.shape[2:]))

        def backward(dy: Array, need_dx: bool = True) -> Array | None:
            dy = np.ascontiguousarray(np.moveaxis(dy, 0, -1)).reshape(y.shape)
            dW = np.zeros_like(W)
            dx = np.zeros_like(padded) if need_dx else None
            for block, written in self._blocks(seen):
                columns, of_block = _matrix(written, W.shape[2]), _matrix(dy[:, :, block], W.shape[1])
                dW += of_block @ columns.mT
                if dx is not None:
                    np.matmul(W.mT, of_block, out=columns)
                    for spot, view in views(dx, self.size, self.stride, axis=2):
                        view[:, :, block] += written[(slice(None),) * 2 + spot]
            p.grad.W[...] = dW.reshape(self.channels, -1).T.reshape(p.W.shape)
            dy.reshape(self.channels, -1).sum(axis=1, out=p.grad.b)
            return None if dx is None else np.moveaxis(dx[inside], -1, 0).reshape(x.shape)

        return np.moveaxis(y.reshape(self.channels, *y.shape[2:]), -1, 0), backward

    def _with_channels(self, in_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of an example; one without an axis of channels has one channel."""
        return in_shape if len(in_shape) > len(self.size) else (1, *in_shape)

    def _padded(self, x: Array) -> tuple[Array, tuple[slice, ...]]:
        """Return x as (groups, channels, *lengths, n) with zeros around it, and where in there it is."""
        n_in, *lengths = self._with_channels(x.shape[1:])
        wider = (n + 2 * pad for n, pad in zip(lengths, self.padding, strict=True))
        inside = tuple(slice(pad, pad + n) for n, pad in zip(lengths, self.padding, strict=True))
        padded = np.zeros((self.groups, n_in // self.groups, *wider, len(x)), x.dtype)
        at = (slice(None), slice(None), *inside)
        padded[at] = np.moveaxis(x, 0, -1).reshape(padded[at].shape)
        return padded, at

    def _blocks(self, seen: Array) -> Iterator[tuple[slice, Array]]:
        """Yield blocks of places, each with what the window sees there; that array may be changed."""
        axis = 2 + len(self.size)
        n = seen.shape[axis]
        some = min(n, max(1, _BLOCK * n // seen.size))
        room = np.empty(seen.size // n * some, seen.dtype)
        for at in range(0, n, some):
            of_block = seen[(*[slice(None)] * axis, slice(at, at + some))]
            written = room[: of_block.size].reshape(of_block.shape)
            written[...] = of_block
            yield slice(at, at + some), written


def _matrix(x: Array, rows: int) -> Array:
    """Return a view of x, (groups, …), as a matrix for each group."""
    return x.reshape(len(x), rows, -1)
