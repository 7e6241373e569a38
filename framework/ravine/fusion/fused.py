"""Fused: a method of a rule as one compiled loop over each piece of its arrays.

In every call the method runs with traced arrays, which says what it does this time, and with which numbers.
What it does is compiled once. Before its first use the loop is tried beside the method itself, on the arrays as
they are and on difficult numbers, and has to give the same bits: no result depends on whether a rule is fused.

A method is asked once for pieces of which it sees the same, and NumPy calls it for each. So its numbers have to
come from what it gets and from its fields, as its contract says. In the first call this is tried.
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.contracts.rule import Place
from ravine.fusion.apart import Apart
from ravine.fusion.asked import AskedPlace
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
        self.size = self.fused[0].size
        # Of small arrays the method may read the numbers, and what it does depends on them.
        self.has_small = len(self.fused) < len(self.arrays) + len(self.state)
        place = self.more.get("place")
        self.place = AskedPlace.of(place) if isinstance(place, Place) else None
        # As text, in which 0 and -0 differ.
        self._told = {name: repr(value) for name, value in vars(place).items()} if self.place else {}
        self.sort = (*self.forms, repr(self.factor), self.place is None)

    def told(self, read: Sequence[str]) -> tuple[str, ...]:
        """Return what a method is told that reads these fields of the place."""
        return tuple(self._told[name] for name in read)

    def with_arrays(self, fused: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Return arrays and state with others for those of one shape, and copies of the small ones."""
        n = len(self.arrays)
        if len(fused) == n + len(self.state):
            return [*fused[:n]], [*fused[n:]]
        others = iter(fused[n:])
        return [*fused[:n]], [next(others) if one.shape == self.shape else one.copy() for one in self.state]


class _Plan(NamedTuple):
    """What a method does for a piece, as a loop.

    Parameters
    ----------
    kernel, numbers
        The loop, and the numbers in it.
    state : sequence
        The state as the method has left it.
    read : tuple of str, or None
        The fields of the piece's place that the method has read; None if it does the same for no other piece,
        because it has read the shape, or may have read numbers of small arrays.
    """

    kernel: Kernel
    numbers: array[float]
    state: Sequence[Any]
    read: tuple[str, ...] | None

    def run(self, piece: Piece) -> None:
        self.kernel(1, piece.size, *piece.places, self.numbers.buffer_info()[0])
        if piece.has_small:
            for own, changed in zip(piece.state, self.state, strict=True):
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
        # By what a method sees of them, beside shape and place.
        self._sorts: dict[tuple[object, ...], list[Piece]] = defaultdict(list)
        for piece in pieces:
            self._sorts[piece.sort].append(piece)
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
            planned = [
                one for sort in self._sorts.values() for one in self._with_plans(sort, method, t, lr, more)
            ]
        except (NotFusableError, Exception) as error:
            self.fault = fault(error)
            return False
        for plan, piece in planned:
            plan.run(piece)
        return True

    def _try(self, method: Method, t: int, lr: float, more: Mapping[str, Any]) -> None:
        """Run the method with traced arrays apart, where it leaves nothing if it cannot be fused.

        Raises
        ------
        NotFusableError
            If it cannot be fused, or its component keeps something in itself.
        """
        apart = Apart(method)
        for sort in self._sorts.values():
            for piece in sort:
                self._plan(piece, apart.method, t, lr, more)
        if apart.has_changed():
            raise NotFusableError("it keeps something in itself")
        self._is_tried = True

    def _with_plans(
        self, sort: Sequence[Piece], method: Method, t: int, lr: float, more: Mapping[str, Any]
    ) -> list[tuple[_Plan, Piece]]:
        """Return the pieces of a sort with their plans: one plan for those for which the method does the same.

        Raises
        ------
        NotFusableError
            As ``_plan`` does.
        """
        # By the fields that were read, and by what these told.
        known: dict[tuple[str, ...], dict[tuple[str, ...], _Plan]] = {}
        planned = []
        for piece in sort:
            found = (plans.get(piece.told(read)) for read, plans in known.items())
            if (plan := next(filter(None, found), None)) is None:
                plan = self._plan(piece, method, t, lr, more)
                if plan.read is not None:
                    known.setdefault(plan.read, {})[piece.told(plan.read)] = plan
            planned.append((plan, piece))
        return planned

    def _plan(self, piece: Piece, method: Method, t: int, lr: float, more: Mapping[str, Any]) -> _Plan:
        """Return what a method does for a piece.

        Raises
        ------
        NotFusableError
            If it cannot be fused, or its loop gives other bits.
        """
        tape = Tape(piece.shape, piece.kinds)
        traced = [Traced(tape, i, kind, may) for i, (kind, may) in enumerate(piece.forms)]
        arrays, state = piece.with_arrays(traced)
        words = {"t": t, "lr": piece.factor * lr, **piece.more, **more}
        asked = words
        if piece.place:
            piece.place.read.clear()
            asked = {**words, "place": piece.place}
        if method(*arrays, type(piece.state)(state), **asked) is not None:  # type: ignore[call-arg]
            raise NotFusableError("it returns something")
        outputs = tuple((i, one.at) for i, one in enumerate(traced) if one.at != i)
        loop = Loop(piece.kinds, piece.shapes, tuple(tape.number_dtypes), tuple(tape.operations), outputs)
        numbers = array("d", tape.numbers)
        if (kernel := self._kernels.get(loop)) is None:
            refuse_absence()
            if why := _fault(loop, piece, Apart(method).method, words, numbers):
                raise NotFusableError(why)
            kernel = self._kernels[loop] = compiled(loop)
        read = None
        if not (piece.has_small or tape.has_told_shape):
            read = tuple(sorted(piece.place.read)) if piece.place else ()
        return _Plan(kernel, numbers, state, read)


def _fault(loop: Loop, piece: Piece, method: Method, words: Mapping[str, Any], numbers: array[float]) -> str:
    """Return where a loop gives other bits than the method; "" if it gives the same."""
    hard = [difficult(one, seed) for seed, one in enumerate(piece.fused)]
    for arrays in (piece.fused, hard):
        given = [one.copy() for one in arrays]
        compiled(loop)(1, given[0].size, *(one.ctypes.data for one in given), numbers.buffer_info()[0])
        due = [one.copy() for one in arrays]
        before, state = piece.with_arrays(due)
        with np.errstate(all="ignore"):
            method(*before, type(piece.state)(state), **words)  # type: ignore[call-arg]
        for i, (mine, theirs) in enumerate(zip(given, due, strict=True)):
            if differ(mine, theirs):
                return f"the compiled loop gives other bits in array {i}"
    return ""
