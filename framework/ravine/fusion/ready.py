"""Ready: a program for inputs of one form, with the memory in which it is run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ravine.base.types import Array
from ravine.fusion.program import Program
from ravine.fusion.schedule import OtherwiseError, Schedule

__all__ = ["Ready", "alike"]


@dataclass
class Ready:
    """A program for inputs of one form.

    Parameters
    ----------
    program : Program
        The program.
    schedule : Schedule
        It in two parts, the way forward and the way back; the second is missing in an evaluation.
    x, y : int
        The values that are its inputs and its outputs.
    dy, dx : int or None
        The gradients of its outputs and inputs; None if there is no way back, or it has no end.
    decides : bool
        Whether layers may go on in another way next time.
    draws : bool
        Whether it draws random numbers.
    buffers : list of array
        What the way forward writes to.
    is_gone : bool
        Whether the way back has been gone: it uses the memory in which the way forward has left its results.
    """

    program: Program
    schedule: Schedule
    x: int
    y: int
    dy: int | None
    dx: int | None
    decides: bool
    draws: bool
    buffers: list[Array]
    is_gone: bool = False

    def forward(self, x: Array, rng: np.random.Generator) -> bool:
        """Run the way forward; return whether it is what the layers would do."""
        self.program.rng, self.is_gone = rng, False
        self.schedule.give(self.x, x)
        if not self.decides:
            self.schedule.run(0)
            return True
        state, before = rng.bit_generator.state, [one.copy() for one in self.buffers]
        try:
            self.schedule.run(0)
        except OtherwiseError:
            rng.bit_generator.state = state
            for one, was in zip(self.buffers, before, strict=True):
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
        if self.dy is None or self.is_gone or not _fits(dy, self.schedule[self.dy]):
            if self.draws or self.buffers:
                raise TypeError(self._what_is_other(dy))
            raise OtherwiseError
        self.is_gone = True
        if dy.nbytes <= _SMALL:
            self.schedule.fill(self.dy, dy)
        else:
            self.schedule.give(self.dy, dy)
        self.schedule.run(1)
        return None if self.dx is None else self.schedule[self.dx]

    def _what_is_other(self, dy: Array) -> str:
        if self.dy is None:
            return "an evaluation that draws random numbers or writes buffers has no way back"
        if self.is_gone:
            return "the way back is gone again, and was gone once in the first pass"
        known = self.schedule[self.dy]
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
