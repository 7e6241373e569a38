"""Layout: how a program is run: loops and calls in order, and where each leaves its results.

It has no memory of its own, and is the same for all networks of one form. Memory whose numbers nobody needs any
more is used for others.
"""

from __future__ import annotations

import functools
import itertools
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.assembly import Form, Loop
from ravine.fusion.kernel import compiled
from ravine.fusion.program import Call, Decision, Leaf, Program, Stream, Value, at_values, values_of
from ravine.fusion.tape import NotFusableError, Operation
from ravine.fusion.trial import differ, tried

__all__ = ["Layout", "Memory", "OtherwiseError", "Part", "Ready", "Step", "layout_of"]

Ready: TypeAlias = Callable[[], Any]
"""A step with its arrays."""


class Part(NamedTuple):
    """A part of a program that is run at one time.

    Parameters
    ----------
    end : int
        How many values are made when it ends.
    written : mapping of int to int
        The leaves that it writes to, and the values that they have after it.
    """

    end: int
    written: Mapping[int, int]


class Memory(NamedTuple):
    """Where the values of a program lie, by their numbers, and what random numbers are drawn from."""

    values: list[Any]
    stream: Stream


class _Call(NamedTuple):
    """A call that leaves its result in an array."""

    makes: int
    function: Callable[..., Any]
    operands: tuple[Any, ...]
    words: Mapping[str, Any]
    draws: bool = False

    @property
    def reads(self) -> list[int]:
        return values_of((self.operands, dict(self.words)))

    def ready(self, memory: Memory) -> Ready:
        operands, words = at_values((self.operands, dict(self.words)), memory.values)
        source = (memory.stream,) if self.draws else ()
        return functools.partial(self.function, *source, *operands, out=memory.values[self.makes], **words)


class OtherwiseError(Exception):
    """Code would go on in another way than when notes were taken: the program is not what it does."""


class _Decision(NamedTuple):
    """Sees to it that code would go on in the same way."""

    of: int
    decided: bool

    @property
    def reads(self) -> tuple[int, ...]:
        return (self.of,)

    def ready(self, memory: Memory) -> Ready:
        value, decided = memory.values[self.of], self.decided

        def check() -> None:
            if bool(value) != decided:
                raise OtherwiseError

        return check


class _Loop(NamedTuple):
    """A compiled loop over arrays."""

    loop: Loop
    arrays: tuple[int, ...]
    rows: int
    columns: int
    numbers: array[float]

    @property
    def reads(self) -> tuple[int, ...]:
        return self.arrays

    def ready(self, memory: Memory) -> Ready:
        places = (memory.values[at].ctypes.data for at in self.arrays)
        numbers = self.numbers.buffer_info()[0]
        return functools.partial(compiled(self.loop), self.rows, self.columns, *places, numbers)


Step: TypeAlias = _Call | _Decision | _Loop


class _Room(NamedTuple):
    """Memory for an array: its shape and type, and its axes from the one whose elements are farthest apart."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    axes: tuple[int, ...]

    @classmethod
    def like(cls, value: Array) -> Self:
        """Return that of a value."""
        strides = np.empty_like(value).strides
        axes = sorted(range(value.ndim), key=strides.__getitem__, reverse=True)
        return cls(value.shape, value.dtype, tuple(axes))

    def array(self) -> Array:
        """Return such an array."""
        lying = np.empty([self.shape[axis] for axis in self.axes], self.dtype)
        return lying.transpose(np.argsort(self.axes))


@dataclass(frozen=True)
class Layout:
    """How a program is run.

    Parameters
    ----------
    leaves : tuple of int
        The values that it is given, in the order in which notes were taken.
    lies : mapping of int to int
        Of the values that have memory, the number of their room.
    into : mapping of int to int
        Of the values that are written into a leaf, that leaf.
    views : mapping of int to Call
        What makes those that see the memory of others.
    root : sequence of int
        Of every value the one whose memory it sees, itself if it has its own.
    rooms : sequence of rooms
        The memory.
    steps : sequence of steps
        Of each part.
    """

    leaves: tuple[int, ...]
    lies: Mapping[int, int]
    into: Mapping[int, int]
    views: Mapping[int, Call]
    root: Sequence[int]
    rooms: Sequence[_Room]
    steps: Sequence[Sequence[Step]]

    def memory(self, given: Sequence[Any], stream: Stream) -> Memory:
        """Return memory in which these arrays are the leaves."""
        memory = Memory([None] * len(self.root), stream)
        arrays = [room.array() for room in self.rooms]
        for leaf, one in zip(self.leaves, given, strict=True):
            memory.values[leaf] = one
        for at, room in self.lies.items():
            memory.values[at] = arrays[room]
        for at, leaf in self.into.items():
            memory.values[at] = memory.values[leaf]
        self.see(memory, self.views)
        return memory

    def seers(self, root: int) -> list[int]:
        """Return the values that see the memory of a value."""
        return [at for at in self.views if self.root[at] == root]

    def see(self, memory: Memory, views: Iterable[int]) -> None:
        """Let these values see the memory of others as it is now."""
        for at in views:
            call = self.views[at]
            operands, words = at_values((call.operands, dict(call.words)), memory.values)
            memory.values[at] = call.function(*operands, **words)


def layout_of(program: Program, parts: Sequence[Part], kept: Sequence[int], *, loops: bool) -> Layout:
    """Return how a program is run, in parts that follow each other.

    Parameters
    ----------
    program : Program
        The program.
    parts : sequence of Part
        Its parts.
    kept : sequence of int
        The values that whoever runs it takes.
    loops : bool
        Whether operations for each element become loops; else NumPy runs them one by one.

    Raises
    ------
    NotFusableError
        If it needs what a leaf was before, after that was written to, or a loop gives other bits than NumPy.
    """
    return _Plan(program, loops).layout(parts, kept)


class _Plan:
    """Makes a layout."""

    def __init__(self, program: Program, loops: bool) -> None:
        self._has_loops = loops
        self._nodes, self._values = program.nodes, program.values
        self._numbers, self._number_dtypes = program.numbers, program.number_dtypes
        self._stream = program.stream
        self._root = self._roots()
        self._lies: dict[int, int] = {}
        self._into: dict[int, int] = {}
        self._rooms: list[_Room] = []

    def layout(self, parts: Sequence[Part], kept: Sequence[int]) -> Layout:
        """Return it."""
        written = [at for part in parts for at in part.written.values()]
        self._needed = self._needs([*kept, *written])
        begins = [0, *(part.end for part in parts)]
        groups = [list(self._groups(range(*ends))) for ends in itertools.pairwise(begins)]
        read = {at for part in groups for group in part for at in self._reads(group)} | {*kept, *written}
        read |= {self._root[at] for at in read}
        copies = self._place(groups, parts, read, {self._root[at] for at in kept})
        steps = [
            [*(self._step(group, read) for group in part), *more]
            for part, more in zip(groups, copies, strict=True)
        ]
        leaves = tuple(at for at, node in enumerate(self._nodes) if isinstance(node, Leaf))
        views = {
            at: node
            for at, node in enumerate(self._nodes)
            if at in self._needed and isinstance(node, Call) and node.of is not None
        }
        return Layout(leaves, self._lies, self._into, views, self._root, self._rooms, steps)

    def _roots(self) -> list[int]:
        """Return for every value the one whose memory it sees, itself if it has its own."""
        roots: list[int] = []
        for at, node in enumerate(self._nodes):
            sees = node.of if isinstance(node, Call) else None
            roots.append(at if sees is None else roots[sees])
        return roots

    def _of(self, at: int) -> list[int]:
        """Return the values from which a value is made."""
        node = self._nodes[at]
        if isinstance(node, Leaf):
            return []
        if isinstance(node, Call):
            return values_of((node.operands, dict(node.words)))
        if isinstance(node, Decision):
            return [node.of]
        return [one for one in node[1] if one >= 0]

    def _needs(self, last: Sequence[int]) -> set[int]:
        """Return the values that are needed for others, random numbers that are drawn, and decisions."""
        found: set[int] = set()
        open_ = [*last]
        for at, node in enumerate(self._nodes):
            if isinstance(node, Decision) or (isinstance(node, Call) and node.draws):
                open_.append(at)
        while open_:
            at = open_.pop()
            if at not in found:
                found.add(at)
                open_ += self._of(at)
        return found

    def _groups(self, part: range) -> Iterator[list[int]]:
        """Yield the values that are made together: by a loop several, by a call one."""
        together: list[int] = []
        for at in part:
            node = self._nodes[at]
            if at not in self._needed or isinstance(node, Leaf):
                continue
            loops = self._loops(at)
            if together and not (loops and self._joins(at, together)):
                yield together
                together = []
            if loops:
                together.append(at)
            elif not (isinstance(node, Call) and node.of is not None):
                yield [at]
        if together:
            yield together

    def _joins(self, at: int, together: Sequence[int]) -> bool:
        """Whether an operation can be done in a loop: sums are there when the loop has ended."""
        sums = [one for one in together if self._operation(one)[0] == "sum"]
        return self._shape(at) == self._shape(together[0]) and not any(one in sums for one in self._of(at))

    def _shape(self, at: int) -> tuple[int, ...]:
        """Return the shape of the elements for each of which an operation is done."""
        name, of, _ = self._operation(at)
        return self._values[of[0] if name == "sum" else at].shape

    def _operation(self, at: int) -> Operation:
        node = self._nodes[at]
        assert not isinstance(node, Leaf | Call | Decision)
        return node

    def _loops(self, at: int) -> bool:
        """Whether an operation becomes a part of a loop."""
        node, value = self._nodes[at], self._values[at]
        if isinstance(node, Leaf | Call | Decision) or not self._has_loops:
            return False
        shape = self._shape(at)
        if math.prod(shape) < _FEWEST or not value.flags.c_contiguous or str(value.dtype) not in _TYPES:
            return False
        return all(_form(self._values[one], shape) is not None for one in node[1] if one >= 0)

    def _reads(self, group: Sequence[int]) -> set[int]:
        """Return the values that have to be in memory for a group."""
        return {one for at in group for one in self._of(at)} - {*group}

    def _place(
        self, groups: Sequence[Sequence[Sequence[int]]], parts: Sequence[Part], read: set[int], kept: set[int]
    ) -> list[list[_Call]]:
        """Give every value that is read its memory; return for each part the copies at its end.

        Raises
        ------
        NotFusableError
            If a leaf is read after it was written to.
        """
        order = [group for part in groups for group in part]
        made = {at: step for step, group in enumerate(order) for at in group}
        last: dict[int, int] = {}
        for step, group in enumerate(order):
            for at in self._reads(group):
                last[self._root[at]] = step
        into = self._into
        copies: list[list[_Call]] = []
        end = 0
        times = Counter(self._root[at] for part in parts for at in part.written.values())
        for part, of_part in zip(parts, groups, strict=True):
            end += len(of_part)
            copies.append([])
            for leaf, at in part.written.items():
                # It has what it was given, and what an earlier part has written.
                lying = [leaf, *(one for one in into if into[one] == leaf)]
                read_last = max(last.get(one, -1) for one in lying)
                if read_last >= end:
                    raise NotFusableError("what an array was is needed after it was written to")
                alone = at in made and times[at] == 1 and at not in kept
                if alone and read_last < made[at]:
                    into[at] = leaf
                else:
                    copies[-1].append(_Call(leaf, _copied, (Value(at),), {}))
        last |= {self._root[at]: len(order) for part in parts for at in part.written.values()}
        free: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for step, group in enumerate(order):
            for at in group:
                if at in read and at not in into:
                    there = free[_kind(self._values[at])]
                    self._lies[at] = there.pop() if there else self._room(at)
            for root in {self._root[at] for at in self._reads(group)}:
                own = not isinstance(self._nodes[root], Leaf) and root not in kept and root not in into
                if own and last[root] == step:
                    free[_kind(self._values[root])].append(self._lies[root])
        return copies

    def _room(self, at: int) -> int:
        """Return the number of a new room for a value."""
        self._rooms.append(_Room.like(self._values[at]))
        return len(self._rooms) - 1

    def _step(self, group: Sequence[int], read: set[int]) -> Step:
        """Return what makes a group of values."""
        (first, *others), node = group, self._nodes[group[0]]
        if isinstance(node, Decision):
            return _Decision(*node)
        if isinstance(node, Call):
            function = node.function if self._fills(first, node) else functools.partial(_filled, node.function)
            return _Call(first, function, node.operands, node.words, node.draws)
        assert not isinstance(node, Leaf)
        if not others and not self._loops(first):
            operands = tuple(Value(at) if at >= 0 else self._number(at) for at in node[1])
            return _Call(first, _FUNCTIONS.get(node[0]) or getattr(np, node[0]), operands, {})
        return self._looped(group, read)

    def _number(self, at: int) -> Any:
        return np.dtype(self._number_dtypes[-1 - at]).type(self._numbers[-1 - at])

    def _fills(self, at: int, call: Call) -> bool:
        """Whether a function takes the array in which its result goes, and computes the same then."""
        operands, words = at_values(call.operands, self._values), at_values(dict(call.words), self._values)
        out = np.empty_like(self._values[at])
        if out.dtype == np.float16:
            # NumPy computes means of such numbers in a wider type, if it is not given an array for them.
            return False
        source = (self._stream,) if call.draws else ()
        try:
            fills = call.function(*source, *operands, out=out, **words) is out
        except (TypeError, ValueError):
            return False
        return fills and (call.draws or not differ(out, self._values[at]))

    def _looped(self, group: Sequence[int], read: set[int]) -> _Loop:
        """Return the loop that makes a group of values.

        Raises
        ------
        NotFusableError
            If it gives other bits than NumPy's operations.
        """
        shape, inputs = self._shape(group[0]), sorted(self._reads(group))
        outputs = [at for at in group if at in read]
        sums = [at for at in group if self._operation(at)[0] == "sum"]
        arrays = (*inputs, *outputs)
        numbers = sorted({one for at in group for one in self._operation(at)[1] if one < 0}, reverse=True)
        made = [at for at in group if at not in sums]
        names = {at: i for i, at in enumerate(inputs)} | {at: len(arrays) + i for i, at in enumerate(made)}
        names |= {at: -1 - i for i, at in enumerate(numbers)}
        operations: list[Operation] = []
        for at in made:
            name, of, dtype = self._operation(at)
            operations.append((name, tuple(names[one] for one in of), dtype))
        forms = tuple(
            Form.COLUMNS if at in sums else _form(self._values[at], shape) or Form.ALL for at in arrays
        )
        places = {at: len(inputs) + i for i, at in enumerate(outputs)}
        loop = Loop(
            tuple(str(self._values[at].dtype) for at in arrays),
            forms,
            tuple(self._number_dtypes[-1 - at] for at in numbers),
            tuple(operations),
            tuple((places[at], names[at]) for at in outputs if at not in sums),
            tuple((places[at], names[self._of(at)[0]]) for at in sums),
        )
        scalars = array("d", [self._numbers[-1 - at] for at in numbers])
        if fault := tried(loop, scalars):
            raise NotFusableError(fault)
        flat = {*forms} <= {Form.ALL, Form.ONE}
        rows, columns = (1, math.prod(shape)) if flat else (math.prod(shape[:-1]), shape[-1])
        return _Loop(loop, arrays, rows, columns, scalars)


# Below, a call of NumPy's function takes as long as a loop, and costs nothing to make.
_FEWEST = 512
# Of other types loops know nothing.
_TYPES = ("float32", "float64", "bool")


def _kind(value: Array) -> tuple[object, ...]:
    return value.shape, value.dtype, value.strides


def _form(operand: Array, shape: tuple[int, ...]) -> Form | None:
    """Return what an operand has a number for in a result of a shape; None if a loop does not know it."""
    if str(operand.dtype) not in _TYPES or not operand.flags.c_contiguous:
        return None
    if operand.shape == shape:
        return Form.ALL
    if operand.size == 1:
        return Form.ONE
    if operand.shape == (*shape[:-1], 1):
        return Form.ROWS
    return Form.COLUMNS if operand.size == shape[-1] == operand.shape[-1] else None


def _copied(value: Array, out: Array) -> None:
    np.copyto(out, value)


def _cast(value: Any, out: Array) -> None:
    np.copyto(out, value, casting="unsafe")


def _chosen(condition: Array, one: Any, other: Any, out: Array) -> None:
    np.copyto(out, other)
    np.copyto(out, one, where=condition)


def _filled(function: Callable[..., Any], *operands: Any, out: Array, **words: Any) -> None:
    np.copyto(out, function(*operands, **words))


# Of operations for which NumPy has no function that takes the array of its result.
_FUNCTIONS: dict[str, Callable[..., Any]] = {"cast": _cast, "where": _chosen, "sum": np.add.reduce}
