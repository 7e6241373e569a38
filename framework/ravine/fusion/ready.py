"""Ready: a program for inputs of one form, with the arrays of a network and memory, in which it is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ravine.base.types import Array
from ravine.fusion.layout import Layout, OtherwiseError, Part
from ravine.fusion.program import Stream
from ravine.fusion.schedule import Schedule

__all__ = ["Outline", "Ready", "alike"]


class Outline(NamedTuple):
    """What a program for inputs of one form is given, and what it leaves.

    Parameters
    ----------
    parts : tuple of Part
        The way forward and the way back; the second is missing in an evaluation.
    x, y : int
        The values that are its inputs and its outputs.
    dy, dx : int or None
        The gradients of its outputs and inputs; None if there is no way back, or it has no end.
    decides : bool
        Whether layers may go on in another way next time.
    draws : bool
        Whether it draws random numbers.
    buffers : tuple of int
        The leaves that the way forward writes to.
    """

    parts: tuple[Part, ...]
    x: int
    y: int
    dy: int | None
    dx: int | None
    decides: bool
    draws: bool
    buffers: tuple[int, ...]

    @property
    def kept(self) -> list[int]:
        """The values that whoever runs it takes."""
        return [self.y] if self.dx is None else [self.y, self.dx]


class Ready:
    """A program for inputs of one form, with the arrays of a network.

    Parameters
    ----------
    outline : Outline
        What it is given and leaves.
    layout : Layout
        How it is run.
    given : sequence of array
        The arrays of which notes were taken, or others of their form.
    rng : numpy.random.Generator
        What random numbers are drawn from.
    """

    def __init__(
        self, outline: Outline, layout: Layout, given: Sequence[Array], rng: np.random.Generator
    ) -> None:
        self.outline = outline
        self._stream = Stream(rng)
        self._schedule = Schedule(layout, given, self._stream)
        self._buffers = [self._schedule[leaf] for leaf in outline.buffers]
        # Whether the way back has been gone: it uses the memory in which the way forward has left its results.
        self._is_gone = False

    @property
    def y(self) -> Array:
        """Its outputs."""
        return self._schedule[self.outline.y]

    def forward(self, x: Array, rng: np.random.Generator) -> bool:
        """Run the way forward; return whether it is what the layers would do."""
        self._stream.rng, self._is_gone = rng, False
        self._schedule.give(self.outline.x, x)
        state = rng.bit_generator.state if self.outline.draws else None
        before = [one.copy() for one in self._buffers]
        try:
            self._schedule.run(0)
        # It is another way, or an error, which is the layers' to raise: theirs says in which it is.
        except Exception:
            if state is not None:
                rng.bit_generator.state = state
            for one, was in zip(self._buffers, before, strict=True):
                one[...] = was
            return False
        return True

    def back(self, dy: Array) -> Array | None:
        """Run the way back, and return the gradient of the inputs, if it is needed.

        Raises
        ------
        OtherwiseError
            If it is another way than the program has, and the layers can go it.
        TypeError
            If it is another one, and the layers would draw other random numbers now, or write buffers again.
        """
        due = self.outline.dy
        if due is None or self._is_gone or not _fits(dy, self._schedule[due]):
            if self.outline.draws or self.outline.buffers:
                raise TypeError(self._what_is_other(dy))
            raise OtherwiseError
        self._is_gone = True
        if dy.nbytes <= _SMALL:
            self._schedule.fill(due, dy)
        else:
            self._schedule.give(due, dy)
        try:
            self._schedule.run(1)
        except Exception:
            if self.outline.draws or self.outline.buffers:
                raise
            # As above.
            raise OtherwiseError from None
        return None if self.outline.dx is None else self._schedule[self.outline.dx]

    def _what_is_other(self, dy: Array) -> str:
        if self.outline.dy is None:
            return "an evaluation that draws random numbers or writes buffers has no way back"
        if self._is_gone:
            return "the way back is gone again, and was gone once in the first pass"
        known = self._schedule[self.outline.dy]
        return f"the gradient of the outputs is {_form(dy)} now, and was {_form(known)} before"


# A gradient of so many bytes is copied as fast as other arrays are put in the place of one.
_SMALL = 1 << 15


def _fits(dy: Array, known: Array) -> bool:
    same = dy.shape == known.shape and dy.dtype == known.dtype
    return same and (dy.strides == known.strides or _steps(dy) == _steps(known))


def _form(array: Array) -> str:
    layout = "" if array.flags.c_contiguous else f" with strides {array.strides}"
    return f"{array.dtype} of shape {array.shape}{layout}"


def _steps(array: Array) -> list[int]:
    """Return how far apart elements are in memory, along each axis that has several."""
    return [step for step, n in zip(array.strides, array.shape, strict=True) if n > 1]


def alike(array: Array) -> Array:
    """Return an array that lies in memory as another does: in which order numbers are added depends on it."""
    if not array.size or array.flags.c_contiguous:
        return np.zeros(array.shape, array.dtype)
    ends = [step * (n - 1) for step, n in zip(array.strides, array.shape, strict=True)]
    before = -sum(end for end in ends if end < 0)
    room = np.zeros(before + sum(end for end in ends if end > 0) + array.itemsize, np.uint8)
    return np.ndarray(array.shape, array.dtype, room.data, before, array.strides)
