"""Fused: a method of a rule as one compiled loop over each piece of its arrays.

In every call the method runs with traced arrays, which says what it does this time, and with which numbers.
What it does is compiled once. Before its first use the loop is tried beside the method itself, on the arrays as
they are and on difficult numbers, and has to give the same bits: no result depends on whether a rule is fused.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.apart import Apart
from ravine.fusion.assembly import Form, Loop
from ravine.fusion.kernel import Kernel, compiled, refuse_absence
from ravine.fusion.tape import NotFusableError, Tape, Traced, fault
from ravine.fusion.trial import differ, difficult

__all__ = ["Fused", "Method", "Piece"]

Method: TypeAlias = Callable[..., Any]
"""Takes arrays, the state, ``t`` and ``lr`` by name, and more by name; it changes arrays in place."""


@dataclass
class Piece:
    """What one call of a method gets.

    Parameters
    ----------
    arrays : sequence of array
        Parameters, gradient and the like, of one shape. One that must not be changed cannot be written to.
    state : sequence of array
        The state, in a type that is made of a list of arrays. Arrays of another shape are not fused: they are
        few and small, and the method changes a copy of each.
    factor : float
        The factor of the learning rate.
    more : mapping of str to Any
        What it gets by name.
    """

    arrays: Sequence[Array]
    state: Sequence[Array]
    factor: float = 1.0
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shape = self.arrays[0].shape
        # The arrays of one shape, where each begins in memory, its type, and whether it may be changed.
        self.fused = [one for one in (*self.arrays, *self.state) if one.shape == self.shape]
        self.places = [one.ctypes.data for one in self.fused]
        self.kinds = tuple(sys.intern(str(one.dtype)) for one in self.fused)
        self.shapes = (Form.ALL,) * len(self.fused)
        self.forms = [(kind, one.flags.writeable) for kind, one in zip(self.kinds, self.fused, strict=True)]

    def with_arrays(self, fused: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Return arrays and state with others for those of one shape, and copies of the small ones."""
        n = len(self.arrays)
        if len(fused) == n + len(self.state):
            return [*fused[:n]], [*fused[n:]]
        others = iter(fused[n:])
        return [*fused[:n]], [next(others) if one.shape == self.shape else one.copy() for one in self.state]


class _Planned(NamedTuple):
    """A call that is ready to run."""

    kernel: Kernel
    piece: Piece
    numbers: Sequence[float]
    state: Sequence[Any]

    def run(self) -> None:
        numbers = array("d", self.numbers)
        self.kernel(1, self.piece.fused[0].size, *self.piece.places, numbers.buffer_info()[0])
        for own, changed in zip(self.piece.state, self.state, strict=True):
            if isinstance(changed, np.ndarray):
                own[...] = changed


class Fused:
    """A method of a rule for pieces of arrays.

    Parameters
    ----------
    pieces : sequence of Piece
        What its calls get.
    fault : str
        Why it cannot be fused, if that is known.

    Attributes
    ----------
    fault : str
        Why NumPy runs the method: what it does, and in which line; empty as long as it is fused.
    """

    def __init__(self, pieces: Sequence[Piece], fault: str = "") -> None:
        self.fault = fault
        if any(not piece.shape for piece in pieces):
            self.fault = "an array without axes, whose powers are not computed as those of others"
        self._pieces = pieces
        self._is_tried = False
        # Of another method the same loop may be wrong.
        self._kernels: dict[Loop, Kernel] = {}

    def __call__(self, method: Method, t: int, lr: float, more: Mapping[str, Any]) -> bool:
        """Run a method for all pieces, if it can be fused; return whether it can. If not, nothing has changed.

        Parameters
        ----------
        method : callable
            The method.
        t, lr
            The number of the update, and its learning rate.
        more : mapping of str to Any
            What all calls get by name, beside what each piece has.
        """
        if self.fault:
            return False
        try:
            if not self._is_tried:
                self._try(method, t, lr, more)
            planned = [self._planned(piece, method, t, lr, more) for piece in self._pieces]
        except (NotFusableError, Exception) as error:
            self.fault = fault(error)
            return False
        for one in planned:
            one.run()
        return True

    def _try(self, method: Method, t: int, lr: float, more: Mapping[str, Any]) -> None:
        """Run the method with traced arrays apart, where it leaves nothing if it cannot be fused.

        Raises
        ------
        NotFusableError
            If it cannot be fused, or its component keeps something in itself.
        """
        apart = Apart(method)
        for piece in self._pieces:
            self._planned(piece, apart.method, t, lr, more)
        if apart.has_changed():
            raise NotFusableError("it keeps something in itself")
        self._is_tried = True

    def _planned(self, piece: Piece, method: Method, t: int, lr: float, more: Mapping[str, Any]) -> _Planned:
        """Return a call that is ready to run.

        Raises
        ------
        NotFusableError
            If it cannot be fused, or its loop gives other bits.
        """
        tape = Tape(piece.shape, piece.kinds)
        traced = [Traced(tape, i, kind, may) for i, (kind, may) in enumerate(piece.forms)]
        arrays, state = piece.with_arrays(traced)
        words = {"t": t, "lr": piece.factor * lr, **piece.more, **more}
        if method(*arrays, type(piece.state)(state), **words) is not None:  # type: ignore[call-arg]
            raise NotFusableError("it returns something")
        outputs = tuple((i, one.at) for i, one in enumerate(traced) if one.at != i)
        loop = Loop(piece.kinds, piece.shapes, tuple(tape.number_dtypes), tuple(tape.operations), outputs)
        if (kernel := self._kernels.get(loop)) is None:
            refuse_absence()
            if why := _fault(loop, piece, Apart(method).method, words, tape.numbers):
                raise NotFusableError(why)
            kernel = self._kernels[loop] = compiled(loop)
        return _Planned(kernel, piece, tape.numbers, state)


def _fault(loop: Loop, piece: Piece, method: Method, words: Mapping[str, Any], numbers: Sequence[float]) -> str:
    """Return where a loop gives other bits than the method; "" if it gives the same."""
    hard = [difficult(one, seed) for seed, one in enumerate(piece.fused)]
    for arrays in (piece.fused, hard):
        given = [one.copy() for one in arrays]
        scalars = array("d", numbers)
        compiled(loop)(1, given[0].size, *(one.ctypes.data for one in given), scalars.buffer_info()[0])
        due = [one.copy() for one in arrays]
        before, state = piece.with_arrays(due)
        with np.errstate(all="ignore"):
            method(*before, type(piece.state)(state), **words)  # type: ignore[call-arg]
        for i, (mine, theirs) in enumerate(zip(given, due, strict=True)):
            if differ(mine, theirs):
                return f"the compiled loop gives other bits in array {i}"
    return ""
