"""Notes: what layers that follow each other do with their arrays, as a program."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from types import BuiltinFunctionType, FunctionType, SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.apart import Apart
from ravine.fusion.chance import Chance
from ravine.fusion.layout import Part
from ravine.fusion.program import Call, Decision, Program, Symbol
from ravine.fusion.ready import Outline
from ravine.fusion.tape import NotFusableError, fault

__all__ = ["NoProgramError", "Notes", "Task", "Way", "blamed", "placed"]

Way: TypeAlias = Callable[..., Any]
"""A layer's way forward: it takes inputs, arrays, whether it is training, and a random stream."""


class Place(NamedTuple):
    """A layer, apart, with its arrays."""

    p: SimpleNamespace
    apart: Apart

    @property
    def forward(self) -> Way:
        """Its way forward."""
        return self.apart.method

    @property
    def code(self) -> Hashable:
        """The function that is its way forward, its class, and functions that are its fields."""
        owner = getattr(self.forward, "__self__", None)
        called = [getattr(self.forward, "__func__", self.forward), *filter(callable, _fields(owner))]
        # Of other things that can be called it is not known whether they are the same.
        return type(owner), tuple(one if isinstance(one, _FUNCTIONS) else object() for one in called)


class Task(NamedTuple):
    """What a program is made for: layers, inputs, and in training a gradient in the form that comes back."""

    places: Sequence[Place]
    x: Array
    training: bool
    dy: Array | None
    first: int | None
    loops: bool

    @property
    def arrays(self) -> list[Array]:
        """The arrays of the layers, in order."""
        return [one for place in self.places for one in _arrays(place.p)]

    @property
    def given(self) -> list[Array]:
        """All arrays of which notes are taken, in this order: inputs, the layers', and the gradient."""
        return [self.x, *self.arrays, *([] if self.dy is None else [self.dy])]

    @property
    def back(self) -> Sequence[int]:
        """The layers through which the way back goes, in its order."""
        return [*reversed(range(self.first or 0, len(self.places)))]


_FUNCTIONS = (FunctionType, BuiltinFunctionType, np.ufunc, type)


def _fields(owner: object) -> Iterable[object]:
    return vars(owner).values() if hasattr(owner, "__dict__") else ()


def _arrays(p: SimpleNamespace) -> Iterator[Array]:
    for one in vars(p).values():
        if isinstance(one, SimpleNamespace):
            yield from _arrays(one)
        else:
            yield one


class NoProgramError(Exception):
    """There is no program, because of a layer; None if it is not known of which."""

    def __init__(self, at: int | None, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


def placed(arrays: Sequence[SimpleNamespace], forwards: Sequence[Way]) -> list[Place]:
    """Return layers apart, given the arrays and the way forward of each.

    Raises
    ------
    NoProgramError
        If one cannot be copied.
    """
    places = []
    for at, (p, forward) in enumerate(zip(arrays, forwards, strict=True)):
        with blamed(at):
            places.append(Place(p, Apart(forward)))
    return places


class Notes:
    """Takes notes of what layers do."""

    def __init__(self, program: Program) -> None:
        self._program = program
        # Of each array of the layers: its leaf, its symbol, and the value that was written down last.
        self._leaves: list[tuple[int, Symbol]] = []
        self._last: dict[int, int] = {}
        # What layers find as ``p``, as it was given to them.
        self._spaces: list[tuple[SimpleNamespace, dict[str, Any]]] = []

    def outline(self, task: Task) -> Outline:
        """Return what the program is given and leaves, and in which parts.

        Raises
        ------
        NoProgramError
            If there is none: with the layer if it is known, and why.
        """
        program, backs = self._program, []
        inputs = there = program.leaf(task.x, may_change=False)
        for at, place in enumerate(task.places):
            with blamed(at):
                there, back = _two(
                    place.forward(there, self._symbols(place.p), training=task.training, rng=Chance(program))
                )
                self._refuse_bound()
            backs.append(back)
        outputs = there.at
        parts = [Part(len(program.nodes), self._written())]
        begin = None
        buffers = tuple(parts[0].written)
        program.may_decide = False
        if task.dy is not None:
            gradient = program.leaf(task.dy, may_change=False)
            begin, there = gradient.at, gradient
            for at in task.back:
                with blamed(at):
                    if at == task.first:
                        backs[at](there, need_dx=False)
                    else:
                        there = _symbol(backs[at](there))
                    self._refuse_bound()
            parts.append(Part(len(program.nodes), self._written()))
        end = there.at if task.dy is not None and task.first is None else None
        decides = any(isinstance(node, Decision) for node in program.nodes)
        draws = any(isinstance(node, Call) and node.draws for node in program.nodes)
        return Outline(tuple(parts), inputs.at, outputs, begin, end, decides, draws, buffers)

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
            raise NotFusableError(f"p.{name} is not an array")
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


class blamed:
    """Gives a layer as the cause why there is no program.

    Parameters
    ----------
    at : int or None
        The layer, if it is known.
    with_numbers : bool
        Whether it computes with numbers, where no array takes notes, unless it has kept one of an earlier call.
    """

    def __init__(self, at: int | None, *, with_numbers: bool = False) -> None:
        self._at = at
        self._errors = (Exception,) if with_numbers else (NotFusableError, Exception)

    def __enter__(self) -> None: ...

    def __exit__(self, _: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, self._errors):
            raise NoProgramError(self._at, fault(error)) from None


def _two(given: Any) -> tuple[Symbol, Callable[..., Any]]:
    if not (isinstance(given, tuple) and len(given) == 2):
        raise NotFusableError("it returns something beside its output and the way back")
    return _symbol(given[0]), given[1]


def _symbol(given: Any) -> Symbol:
    if not isinstance(given, Symbol):
        raise NotFusableError("what it returns does not come from its inputs")
    return given
