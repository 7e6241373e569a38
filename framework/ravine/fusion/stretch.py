"""Stretch: layers that follow each other, as a program that is run instead of them.

A program is made when inputs of a form are seen for the second time, and it is tried beside the layers before
it is used: outputs, gradients and buffers have to be the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import ne
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.program import Chance, Decision, Program, Symbol
from ravine.fusion.schedule import OtherwiseError, Part, Schedule
from ravine.fusion.tape import NotFusableError, fault
from ravine.fusion.trial import differ

__all__ = ["Stretch", "Way"]

Way: TypeAlias = Callable[..., Any]
"""A layer's way forward: it takes inputs, arrays, whether it is training, and a random stream."""


class _Task(NamedTuple):
    """What a program is made for: layers, inputs, and in training a gradient in the form that comes back."""

    places: Sequence[_Place]
    x: Array
    training: bool
    dy: Array | None
    first: int | None
    loops: bool

    @property
    def back(self) -> Sequence[int]:
        """The layers through which the way back goes, in its order."""
        return [*reversed(range(self.first or 0, len(self.places)))]


@dataclass
class _Ready:
    """A program for inputs of one form."""

    program: Program
    schedule: Schedule
    x: int
    y: int
    dy: int | None
    dx: int | None
    decides: bool
    # What is as before if it turns out that the program is not what the layers do this time.
    buffers: list[Array]


class _Place(NamedTuple):
    """A layer, with its arrays and its way forward."""

    p: SimpleNamespace
    forward: Way


class Stretch:
    """Layers that follow each other.

    Parameters
    ----------
    arrays : sequence of namespace
        Of each layer its arrays; those that it must not change cannot be written to.
    first : int or None
        The layer at which the way back ends, without a gradient of its inputs; None if that of the stretch's
        inputs is needed.

    Attributes
    ----------
    fault : (int, str) or None
        Of the layer that NumPy has to run, its number, and why.
    """

    def __init__(self, arrays: Sequence[SimpleNamespace], first: int | None) -> None:
        self.fault: tuple[int, str] | None = None
        self._arrays, self._first = arrays, first
        self._forwards: list[Way] = []
        self._changes = 0
        self._ready: dict[tuple[object, ...], _Ready] = {}
        # Of training, by the form of inputs, that of the gradient.
        self._gradients: dict[tuple[object, ...], Array] = {}

    def __call__(
        self, forwards: list[Way], x: Array, *, training: bool, rng: np.random.Generator, loops: bool
    ) -> tuple[Array, Callable[[Array], Array | None]] | None:
        """Run the layers; None if NumPy has to run them this time, or one of them always: see ``fault``.

        Outputs and gradients are those of the next call, once that has been made.

        Parameters
        ----------
        forwards : list of callable
            Of each layer its way forward, as it is now.
        x : (batch, ...) array
            Inputs of the first.
        training : bool
            What layers are told.
        rng : numpy.random.Generator
            What they draw from.
        loops : bool
            Whether operations for each element are loops.
        """
        if not x.flags.c_contiguous:
            return None
        if forwards != self._forwards:
            changed = [at for at, pair in enumerate(zip(forwards, self._forwards, strict=False)) if ne(*pair)]
            self._forwards, self._ready, self._changes = forwards, {}, self._changes + bool(changed)
            if self._changes > _FEW:
                self.fault = changed[0], "its fields change while it trains"
                return None
        key = training, x.shape, x.dtype.num
        if (ready := self._ready.get(key)) is None:
            if (training and key not in self._gradients) or len(self._ready) >= _MOST:
                return None
            try:
                places = [*map(_Place, self._arrays, forwards)]
                task = _Task(places, x, training, self._gradients.get(key), self._first, loops)
                ready = self._ready[key] = self._made(task, rng)
            except _NoProgramError as error:
                self.fault = error.at, error.why
                return None
        return (ready.schedule[ready.y], lambda dy: _back(ready, dy)) if _forward(ready, x, rng) else None

    def note(self, x: Array, dy: Array) -> None:
        """Note the form of a gradient that has come back in training."""
        self._gradients[True, x.shape, x.dtype.num] = np.zeros_like(dy, order="C")

    def _made(self, task: _Task, rng: np.random.Generator) -> _Ready:
        """Return the program for inputs of a form.

        Raises
        ------
        _NoProgramError
            If there is none: with the layer, and why.
        """
        ready = _Notes(Program(rng)).ready(task)
        saved = rng.bit_generator.state
        try:
            if why := _fault(ready, task, rng):
                raise _NoProgramError(0, why)
        finally:
            rng.bit_generator.state = saved
            # They have told shapes and types, and are as large as the memory of the schedule.
            ready.program.values.clear()
        return ready


# If a layer's fields change more often than this, as with a schedule, notes are not worth taking.
_FEW = 3
# A gradient of so many bytes is copied as fast as other arrays are put in the place of one.
_SMALL = 1 << 15
# With inputs of more forms NumPy runs the others.
_MOST = 6


def _forward(ready: _Ready, x: Array, rng: np.random.Generator) -> bool:
    """Run the way forward; return whether it is what the layers would do."""
    ready.program.rng = rng
    ready.schedule.give(ready.x, x)
    if not ready.decides:
        ready.schedule.run(0)
        return True
    state, before = rng.bit_generator.state, [one.copy() for one in ready.buffers]
    try:
        ready.schedule.run(0)
    except OtherwiseError:
        rng.bit_generator.state = state
        for one, was in zip(ready.buffers, before, strict=True):
            one[...] = was
        return False
    return True


def _back(ready: _Ready, dy: Array) -> Array | None:
    assert ready.dy is not None
    known = ready.schedule[ready.dy]
    if dy.shape != known.shape or dy.dtype != known.dtype:
        raise TypeError(
            f"the gradient of the outputs is {dy.dtype} of shape {dy.shape} now, and was {known.dtype} of "
            f"shape {known.shape} before"
        )
    if dy.nbytes <= _SMALL:
        ready.schedule.fill(ready.dy, dy)
    else:
        ready.schedule.give(ready.dy, np.ascontiguousarray(dy))
    ready.schedule.run(1)
    return None if ready.dx is None else ready.schedule[ready.dx]


class _NoProgramError(Exception):
    """There is no program, because of a layer."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


class _Notes:
    """Takes notes of what layers do."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._leaves: list[tuple[int, Symbol]] = []

    def ready(self, task: _Task) -> _Ready:
        """Return the program, with its memory.

        Raises
        ------
        _NoProgramError
            If there is none: with the layer, and why.
        """
        program, backs = self._program, []
        inputs = there = program.leaf(task.x, may_change=False)
        for at, place in enumerate(task.places):
            with _blamed(at):
                there, back = _two(
                    place.forward(there, self._symbols(place.p), training=task.training, rng=Chance(program))
                )
            backs.append(back)
        outputs = there.at
        parts = [Part(len(program.nodes), self._written())]
        begin = None
        buffers = [program.values[leaf] for leaf in parts[0].written]
        program.may_decide = False
        if task.dy is not None:
            gradient = program.leaf(task.dy, may_change=False)
            begin, there = gradient.at, gradient
            for at in task.back:
                with _blamed(at):
                    if at == task.first:
                        backs[at](there, need_dx=False)
                    else:
                        there = _symbol(backs[at](there))
            parts.append(Part(len(program.nodes), self._written()))
        end = there.at if task.dy is not None and task.first is None else None
        with _blamed(0):
            schedule = Schedule(program, parts, [outputs] if end is None else [outputs, end], loops=task.loops)
        decides = any(isinstance(node, Decision) for node in program.nodes)
        return _Ready(program, schedule, inputs.at, outputs, begin, end, decides, buffers)

    def _symbols(self, p: SimpleNamespace) -> SimpleNamespace:
        """Return a layer's arrays as leaves."""
        made = {
            name: self._symbols(one) if isinstance(one, SimpleNamespace) else self._leaf(one)
            for name, one in vars(p).items()
        }
        return SimpleNamespace(**made)

    def _leaf(self, array: Array) -> Symbol:
        symbol = self._program.leaf(array, may_change=array.flags.writeable)
        self._leaves.append((symbol.at, symbol))
        return symbol

    def _written(self) -> dict[int, int]:
        """Return the leaves that have other values since this was asked last, with these."""
        written = {leaf: symbol.at for leaf, symbol in self._leaves if symbol.at != leaf}
        self._leaves = [(leaf, symbol) for leaf, symbol in self._leaves if symbol.at == leaf]
        return written


class _blamed:
    """Gives a layer as the cause why there is no program."""

    def __init__(self, at: int) -> None:
        self._at = at

    def __enter__(self) -> None: ...

    def __exit__(self, _: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, NotFusableError | Exception):
            raise _NoProgramError(self._at, fault(error)) from None


def _two(given: Any) -> tuple[Symbol, Callable[..., Any]]:
    if not (isinstance(given, tuple) and len(given) == 2):
        raise NotFusableError("it returns something beside its output and the way back")
    return _symbol(given[0]), given[1]


def _symbol(given: Any) -> Symbol:
    if not isinstance(given, Symbol):
        raise NotFusableError("what it returns does not come from its inputs")
    return given


def _fault(ready: _Ready, task: _Task, rng: np.random.Generator) -> str:
    """Return what a program does in another way than the layers; "" if all bits are the same."""
    saved = rng.bit_generator.state
    arrays = [one for place in task.places for one in _arrays(place.p) if one.flags.writeable]
    before = [one.copy() for one in arrays]
    if (dy := task.dy) is not None:
        dy = np.random.default_rng(0).normal(size=dy.shape).astype(dy.dtype)

    def by_program() -> list[Array | None]:
        _forward(ready, task.x, rng)
        y = ready.schedule[ready.y].copy()
        return [y, None if dy is None else _back(ready, dy)]

    def by_layers() -> list[Array | None]:
        there, backs = task.x, []
        for place in task.places:
            there, back = place.forward(_read_only(there), place.p, training=task.training, rng=rng)
            backs.append(back)
        y, back_to = there, dy
        if dy is not None:
            for at in task.back:
                last = at == task.first
                back_to = backs[at](back_to, need_dx=False) if last else backs[at](_read_only(back_to))
        return [y, None if dy is None or task.first is not None else back_to]

    found = []
    for run in (by_program, by_layers):
        rng.bit_generator.state = saved
        results = run()
        found.append([*(one for one in results if one is not None), *(one.copy() for one in arrays)])
        for one, was in zip(arrays, before, strict=True):
            one[...] = was
    if any(differ(one, other) for one, other in zip(*found, strict=True)):
        return "its program gives other bits"
    return ""


def _arrays(p: SimpleNamespace) -> Iterator[Array]:
    for one in vars(p).values():
        if isinstance(one, SimpleNamespace):
            yield from _arrays(one)
        else:
            yield one


def _read_only(array: Any) -> Any:
    view = array.view()
    view.setflags(write=False)
    return view
