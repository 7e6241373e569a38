"""Stretch: layers that follow each other, as a program that is run instead of them.

A program is made when inputs of a form are seen for the second time, and it is tried beside the layers before
it is used: outputs, gradients and buffers have to be the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import ne
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.apart import Apart
from ravine.fusion.program import Call, Chance, Decision, Leaf, Program, Symbol
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
    draws: bool
    # What is as before if it turns out that the program is not what the layers do this time.
    buffers: list[Array]
    # The way back uses the memory in which the way forward has left its results.
    is_gone: bool = False


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
        if self.fault or not (x.flags.c_contiguous and type(x) is np.ndarray):
            return None
        if forwards != self._forwards:
            changed = [at for at, pair in enumerate(zip(forwards, self._forwards, strict=False)) if ne(*pair)]
            self._forwards, self._ready, self._changes = forwards, {}, self._changes + bool(changed)
            if self._changes > _FEW:
                self.fault = changed[0], "its fields change while it trains"
                return None
        key = training, x.shape, x.dtype.str
        if (ready := self._ready.get(key)) is None:
            if (training and key not in self._gradients) or len(self._ready) >= _MOST:
                return None
            try:
                apart = _apart(forwards)
                places = [_Place(p, one.method) for p, one in zip(self._arrays, apart, strict=True)]
                task = _Task(places, x, training, self._gradients.get(key), self._first, loops)
                ready = self._ready[key] = _made(task, apart, rng)
            except _NoProgramError as error:
                self.fault = error.at or 0, error.why
                return None
        return (ready.schedule[ready.y], lambda dy: _back(ready, dy)) if _forward(ready, x, rng) else None

    def note(self, x: Array, dy: Array, *, again: bool) -> None:
        """Note the form of a gradient that has come back in training, in a pass for the first time or again."""
        self._gradients[True, x.shape, x.dtype.str] = _alike(dy)
        if again:
            self.fault = 0, "its way back is gone more than once"


# If a layer's fields change more often than this, as with a schedule, notes are not worth taking.
_FEW = 3
# A gradient of so many bytes is copied as fast as other arrays are put in the place of one.
_SMALL = 1 << 15
# With inputs of more forms NumPy runs the others.
_MOST = 6


def _forward(ready: _Ready, x: Array, rng: np.random.Generator) -> bool:
    """Run the way forward; return whether it is what the layers would do."""
    ready.program.rng, ready.is_gone = rng, False
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
    """Run the way back, and return the gradient of the inputs, if it is needed.

    Raises
    ------
    OtherwiseError
        If it is another way than the program has, and the layers can go it.
    TypeError
        If it is another one, and the layers would draw other random numbers now, or write buffers again.
    """
    if ready.dy is None or ready.is_gone or not _fits(dy, ready.schedule[ready.dy]):
        if ready.draws or ready.buffers:
            raise TypeError(_what_is_other(ready, dy))
        raise OtherwiseError
    ready.is_gone = True
    if dy.nbytes <= _SMALL:
        ready.schedule.fill(ready.dy, dy)
    else:
        ready.schedule.give(ready.dy, dy)
    ready.schedule.run(1)
    return None if ready.dx is None else ready.schedule[ready.dx]


def _fits(dy: Array, known: Array) -> bool:
    same = dy.shape == known.shape and dy.dtype == known.dtype
    return same and (dy.strides == known.strides or _steps(dy) == _steps(known))


def _what_is_other(ready: _Ready, dy: Array) -> str:
    if ready.dy is None:
        return "an evaluation that draws random numbers or writes buffers has no way back"
    if ready.is_gone:
        return "the way back is gone again, and was gone once in the first pass"
    known = ready.schedule[ready.dy]
    return f"the gradient of the outputs is {_form(dy)} now, and was {_form(known)} before"


def _form(array: Array) -> str:
    layout = "" if array.flags.c_contiguous else f" with strides {array.strides}"
    return f"{array.dtype} of shape {array.shape}{layout}"


def _steps(array: Array) -> list[int]:
    """Return how far apart elements are in memory, along each axis that has several."""
    return [step for step, n in zip(array.strides, array.shape, strict=True) if n > 1]


def _alike(array: Array) -> Array:
    """Return an array that lies in memory as another does: in which order numbers are added depends on it."""
    if not array.size or array.flags.c_contiguous:
        return np.zeros(array.shape, array.dtype)
    ends = [step * (n - 1) for step, n in zip(array.strides, array.shape, strict=True)]
    before = -sum(end for end in ends if end < 0)
    room = np.zeros(before + sum(end for end in ends if end > 0) + array.itemsize, np.uint8)
    return np.ndarray(array.shape, array.dtype, room.data, before, array.strides)


class _NoProgramError(Exception):
    """There is no program, because of a layer; None if it is not known of which."""

    def __init__(self, at: int | None, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


class _Notes:
    """Takes notes of what layers do."""

    def __init__(self, program: Program) -> None:
        self._program = program
        # Of each array of the layers: its leaf, its symbol, and the value that was written down last.
        self._leaves: list[tuple[int, Symbol]] = []
        self._last: dict[int, int] = {}
        # What layers find as ``p``, as it was given to them.
        self._spaces: list[tuple[SimpleNamespace, dict[str, Any]]] = []

    def ready(self, task: _Task) -> _Ready:
        """Return the program, with its memory.

        Raises
        ------
        _NoProgramError
            If there is none: with the layer if it is known, and why.
        """
        program, backs = self._program, []
        inputs = there = program.leaf(task.x, may_change=False)
        for at, place in enumerate(task.places):
            with _blamed(at):
                there, back = _two(
                    place.forward(there, self._symbols(place.p), training=task.training, rng=Chance(program))
                )
                self._refuse_bound()
            backs.append(back)
        outputs = there.at
        parts = [Part(len(program.nodes), self._written())]
        begin = None
        buffers = [node.array for leaf in parts[0].written if isinstance(node := program.nodes[leaf], Leaf)]
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
                    self._refuse_bound()
            parts.append(Part(len(program.nodes), self._written()))
        end = there.at if task.dy is not None and task.first is None else None
        with _blamed(None):
            schedule = Schedule(program, parts, [outputs] if end is None else [outputs, end], loops=task.loops)
        decides = any(isinstance(node, Decision) for node in program.nodes)
        draws = any(isinstance(node, Call) and node.draws for node in program.nodes)
        return _Ready(program, schedule, inputs.at, outputs, begin, end, decides, draws, buffers)

    def _symbols(self, p: SimpleNamespace) -> SimpleNamespace:
        """Return a layer's arrays as leaves."""
        made = {
            name: self._symbols(one) if isinstance(one, SimpleNamespace) else self._leaf(name, one)
            for name, one in vars(p).items()
        }
        self._spaces.append((SimpleNamespace(**made), made))
        return self._spaces[-1][0]

    def _leaf(self, name: str, array: Any) -> Symbol:
        if not isinstance(array, np.ndarray):
            raise NotFusableError(f"p.{name} is no array")
        symbol = self._program.leaf(array, may_change=array.flags.writeable)
        self._leaves.append((symbol.at, symbol))
        return symbol

    def _refuse_bound(self) -> None:
        """Refuse layers that put something into ``p``: it is there in the next pass, and here it is not."""
        for space, given in self._spaces:
            for name, one in vars(space).items():
                if given.get(name) is not one:
                    raise NotFusableError(f"p.{name} = …")

    def _written(self) -> dict[int, int]:
        """Return the leaves that have other values since this was asked last, with these."""
        written = {leaf: one.at for leaf, one in self._leaves if one.at != self._last.get(leaf, leaf)}
        self._last |= written
        return written


class _blamed:
    """Gives a layer as the cause why there is no program."""

    def __init__(self, at: int | None) -> None:
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


def _apart(forwards: Sequence[Way]) -> list[Apart]:
    made = []
    for at, forward in enumerate(forwards):
        with _blamed(at):
            made.append(Apart(forward))
    return made


def _made(task: _Task, apart: Sequence[Apart], rng: np.random.Generator) -> _Ready:
    """Return the program for inputs of a form, whose layers are copies.

    Raises
    ------
    _NoProgramError
        If there is none: with the layer, and why.
    """
    # What a layer computes once and keeps is there the second time.
    for _ in range(2):
        ready = _tried(task, rng)
        changed = []
        for at, one in enumerate(apart):
            with _blamed(at):
                changed += [at] if one.has_changed() else []
        if not changed:
            return ready
    raise _NoProgramError(changed[0], "it keeps something in itself")


def _tried(task: _Task, rng: np.random.Generator) -> _Ready:
    """Return a program that gives the bits of the layers.

    Raises
    ------
    _NoProgramError
        If there is none: with the layer, and why.
    """
    try:
        ready = _Notes(Program(rng)).ready(task)
        if _differs(ready, task, rng):
            raise _NoProgramError(None, "its program gives other bits")
    except _NoProgramError as error:
        if error.at is not None or len(task.places) == 1:
            raise
        _try_alone(task, rng)
        raise
    # They have told shapes and types, and are as large as the memory of the schedule.
    ready.program.values.clear()
    return ready


def _try_alone(task: _Task, rng: np.random.Generator) -> None:
    """Try each layer without the others.

    Raises
    ------
    _NoProgramError
        If one has no program: with the layer, and why.
    """
    with _undone(task, rng):
        passed = _passed(task, task.x, task.dy, rng)
    for at, place in enumerate(task.places):
        dy = passed.gradients.get(at)
        first = 0 if at == task.first else None
        x = np.ascontiguousarray(passed.inputs[at])
        alone = _Task([place], x, task.training, dy, first, task.loops)
        try:
            _tried(alone, rng)
        except _NoProgramError as error:
            raise _NoProgramError(at, error.why) from None


class _Passed(NamedTuple):
    """What layers have computed: all inputs and gradients of outputs, by layer, and what is at the ends."""

    inputs: Mapping[int, Array]
    gradients: Mapping[int, Array]
    y: Array
    dx: Array | None


def _passed(task: _Task, x: Array, dy: Array | None, rng: np.random.Generator) -> _Passed:
    """Go through the layers, forward and back.

    Raises
    ------
    _NoProgramError
        If one raises an error.
    """
    there, backs = x, []
    inputs: dict[int, Array] = {}
    gradients: dict[int, Array] = {}
    for at, place in enumerate(task.places):
        inputs[at] = there
        with _blamed(at):
            there, back = place.forward(_read_only(there), place.p, training=task.training, rng=rng)
        backs.append(back)
    y = there
    if dy is None:
        return _Passed(inputs, gradients, y, None)
    gradient: Any = dy
    for at in task.back:
        gradients[at] = gradient
        with _blamed(at):
            if at == task.first:
                backs[at](_read_only(gradient), need_dx=False)
            else:
                gradient = backs[at](_read_only(gradient))
    return _Passed(inputs, gradients, y, None if task.first is not None else gradient)


@contextmanager
def _undone(task: _Task, rng: np.random.Generator) -> Iterator[list[Array]]:
    """Let arrays be changed and random numbers be drawn, and put back what was; it gives the arrays."""
    state = rng.bit_generator.state
    arrays = [one for place in task.places for one in _arrays(place.p) if one.flags.writeable]
    before = [one.copy() for one in arrays]
    try:
        yield arrays
    finally:
        rng.bit_generator.state = state
        for one, was in zip(arrays, before, strict=True):
            one[...] = was


def _differs(ready: _Ready, task: _Task, rng: np.random.Generator) -> bool:
    """Whether a program gives other bits than the layers, on its inputs and on others of the same form.

    Raises
    ------
    _NoProgramError
        If a layer raises an error on its inputs.
    """
    dy = None if task.dy is None else _alike(task.dy)
    if dy is not None:
        dy[...] = np.random.default_rng(0).normal(size=dy.shape)
    for x in (task.x, _others(task.x)):
        try:
            with np.errstate(all="ignore"), _undone(task, rng) as arrays:
                by_layers = _passed(task, x, dy, rng)
                due = [by_layers.y, by_layers.dx, *(one.copy() for one in arrays)]
        except _NoProgramError:
            if x is task.x:
                raise
            continue
        with _undone(task, rng) as arrays:
            # On other inputs layers may go on in another way.
            if not _forward(ready, x, rng):
                continue
            y = ready.schedule[ready.y].copy()
            found = [y, None if dy is None else _back(ready, dy), *(one.copy() for one in arrays)]
        for one, other in zip(found, due, strict=True):
            if one is not None and other is not None and differ(one, other):
                return True
    return False


def _others(x: Array) -> Array:
    """Return other inputs of the same form: whole numbers are those that there are, in another order."""
    rng = np.random.default_rng(1)
    if x.dtype.kind == "f":
        return rng.normal(size=x.shape).astype(x.dtype)
    return rng.permutation(x.ravel()).reshape(x.shape)


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
