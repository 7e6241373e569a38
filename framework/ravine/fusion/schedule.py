"""Schedule: a program that can be run again: loops, calls, and the memory in which they leave their results.

Nothing is allocated when it is run. A result lies where it was before, and memory whose numbers nobody needs
any more is used for others.
"""

from __future__ import annotations

import functools
import itertools
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.assembly import Form, Loop
from ravine.fusion.kernel import compiled
from ravine.fusion.program import Call, Decision, Leaf, Program, Value, at_values, values_of
from ravine.fusion.tape import NotFusableError, Operation
from ravine.fusion.trial import differ, tried

__all__ = ["OtherwiseError", "Part", "Schedule"]

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


class _Call(NamedTuple):
    """A call that leaves its result in an array."""

    makes: int
    function: Callable[..., Any]
    operands: tuple[Any, ...]
    words: Mapping[str, Any]

    @property
    def reads(self) -> list[int]:
        return values_of((self.operands, dict(self.words)))

    def ready(self, memory: Sequence[Any]) -> Ready:
        operands, words = at_values(self.operands, memory), at_values(dict(self.words), memory)
        return functools.partial(self.function, *operands, out=memory[self.makes], **words)


class OtherwiseError(Exception):
    """Code would go on in another way than when notes were taken: the program is not what it does."""


class _Decision(NamedTuple):
    """Sees to it that code would go on in the same way."""

    of: int
    decided: bool

    @property
    def reads(self) -> tuple[int, ...]:
        return (self.of,)

    def ready(self, memory: Sequence[Any]) -> Ready:
        value, decided = memory[self.of], self.decided

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

    def ready(self, memory: Sequence[Any]) -> Ready:
        places = (memory[at].ctypes.data for at in self.arrays)
        numbers = self.numbers.buffer_info()[0]
        return functools.partial(compiled(self.loop), self.rows, self.columns, *places, numbers)


_Step: TypeAlias = _Call | _Decision | _Loop


class Schedule:
    """A program in parts, each of which can be run again.

    Parameters
    ----------
    program : Program
        The program.
    parts : sequence of Part
        Its parts, which are run one after the other.
    kept : sequence of int
        The values that whoever runs it takes.
    loops : bool
        Whether operations for each element become loops; else NumPy runs them one by one.

    Raises
    ------
    NotFusableError
        If it needs what a leaf was before, after that was written to, or a loop gives other bits than NumPy.
    """

    def __init__(self, program: Program, parts: Sequence[Part], kept: Sequence[int], *, loops: bool) -> None:
        self._has_loops = loops
        self._nodes, self._values = program.nodes, program.values
        self._numbers, self._number_dtypes = program.numbers, program.number_dtypes
        self._root = self._roots()
        written = [at for part in parts for at in part.written.values()]
        self._needed = self._needs([*kept, *written])
        begins = [0, *(part.end for part in parts)]
        groups = [list(self._groups(range(*ends))) for ends in itertools.pairwise(begins)]
        read = {at for part in groups for group in part for at in self._reads(group)} | {*kept, *written}
        read |= {self._root[at] for at in read}
        self._memory: list[Any] = [one.array if isinstance(one, Leaf) else None for one in self._nodes]
        copies = self._place(groups, parts, read, {self._root[at] for at in kept})
        for at, node in enumerate(self._nodes):
            if at in self._needed and isinstance(node, Call) and node.of is not None:
                self._view(at)
        self._steps = [
            [*(self._step(group, read) for group in part), *more]
            for part, more in zip(groups, copies, strict=True)
        ]
        self._readers: dict[int, list[tuple[list[Ready], int, _Step]]] = {}
        self._ready = [[step.ready(self._memory) for step in steps] for steps in self._steps]

    def __getitem__(self, at: int) -> Array:
        """Return the memory of a value."""
        found: Array = self._memory[at]
        return found

    def fill(self, leaf: int, given: Array) -> None:
        """Copy the numbers of an array of the same form into a leaf; a small one is not worth ``give``."""
        np.copyto(self._memory[leaf], given)

    def give(self, leaf: int, given: Array) -> None:
        """Put an array of the same form in the place of a leaf, as it is."""
        if given is self._memory[leaf]:
            return
        self._memory[leaf] = given
        for at in self._seers[leaf]:
            self._view(at)
        if leaf not in self._readers:
            self._readers[leaf] = self._reading(leaf)
        for ready, place, step in self._readers[leaf]:
            ready[place] = step.ready(self._memory)

    def _reading(self, leaf: int) -> list[tuple[list[Ready], int, _Step]]:
        """Return the steps that read a leaf, and where they stand."""
        return [
            (ready, place, step)
            for ready, steps in zip(self._ready, self._steps, strict=True)
            for place, step in enumerate(steps)
            if any(self._root[at] == leaf for at in step.reads)
        ]

    def run(self, part: int) -> None:
        """Run a part."""
        for step in self._ready[part]:
            step()

    def _roots(self) -> list[int]:
        """Return for every value the one whose memory it sees, itself if it has its own."""
        roots: list[int] = []
        self._seers: dict[int, list[int]] = defaultdict(list)
        for at, node in enumerate(self._nodes):
            sees = node.of if isinstance(node, Call) else None
            roots.append(at if sees is None else roots[sees])
            if sees is not None:
                self._seers[roots[at]].append(at)
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
        into: dict[int, int] = {}
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
        free: dict[tuple[object, ...], list[Array]] = defaultdict(list)
        for step, group in enumerate(order):
            for at in group:
                if at in read:
                    value = self._values[at]
                    there = free[_kind(value)]
                    self._memory[at] = (
                        self._memory[into[at]] if at in into else there.pop() if there else np.empty_like(value)
                    )
            for root in {self._root[at] for at in self._reads(group)}:
                own = not isinstance(self._nodes[root], Leaf) and root not in kept and root not in into
                if own and last[root] == step:
                    free[_kind(self._values[root])].append(self._memory[root])
        return copies

    def _view(self, at: int) -> None:
        call = self._nodes[at]
        assert isinstance(call, Call)
        operands, words = at_values(call.operands, self._memory), at_values(dict(call.words), self._memory)
        self._memory[at] = call.function(*operands, **words)

    def _step(self, group: Sequence[int], read: set[int]) -> _Step:
        """Return what makes a group of values."""
        (first, *others), node = group, self._nodes[group[0]]
        if isinstance(node, Decision):
            return _Decision(*node)
        if isinstance(node, Call):
            function = node.function if self._fills(first, node) else functools.partial(_filled, node.function)
            return _Call(first, function, node.operands, node.words)
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
        try:
            fills = call.function(*operands, out=out, **words) is out
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
