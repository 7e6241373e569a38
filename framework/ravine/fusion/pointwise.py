"""Pointwise: a layer that does one operation for each element, forward and back as two compiled loops.

As with a rule's method, the loops are tried beside the layer itself before they are used, and have to give the
same bits.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.assembly import Loop
from ravine.fusion.kernel import Kernel, compiled, refuse_absence
from ravine.fusion.tape import NotFusableError, Tape, Traced, fault
from ravine.fusion.trial import differ, difficult

__all__ = ["Forward", "Pointwise"]

Forward: TypeAlias = Callable[[Any, Any], Any]
"""Takes inputs and a random stream; returns outputs, and the function of the way back."""


class _Passes(NamedTuple):
    """Both loops of a layer, and the numbers in them."""

    forward: Kernel
    backward: Kernel
    numbers: array[float]


class Pointwise:
    """A layer as compiled loops.

    Attributes
    ----------
    fault : str
        Why NumPy runs the layer: what it does, and in which line; empty as long as it is fused.
    """

    def __init__(self) -> None:
        self.fault = ""
        self._layer: object = None
        self._passes: dict[tuple[object, ...], _Passes] = {}

    def __call__(self, layer: object, forward: Forward, x: Array, *, training: bool) -> Any:
        """Return outputs and way back, as the layer does; None if it cannot be fused.

        Parameters
        ----------
        layer : object
            The layer. As long as it is this one, it does the same.
        forward : callable
            Its way forward.
        x : (batch, ...) array
            Inputs.
        training : bool
            What the layer is told.
        """
        if self.fault or not x.flags.c_contiguous:
            return None
        if layer is not self._layer:
            self._layer, self._passes = layer, {}
        key = training, x.shape, x.dtype.num
        if (passes := self._passes.get(key)) is None:
            try:
                passes = self._passes[key] = _passes(forward, x)
            except (NotFusableError, Exception) as error:
                self.fault = fault(error)
                return None
        return _through(passes, forward, x)


def _through(passes: _Passes, forward: Forward, x: Array) -> tuple[Array, Callable[..., Array]]:
    """Return the outputs for inputs, and the way back."""
    y = np.empty_like(x)
    passes.forward(x.size, (x.ctypes.data, y.ctypes.data, 0, 0), passes.numbers)

    def backward(dy: Array, need_dx: bool = True) -> Array:
        if dy.shape != x.shape or dy.dtype != x.dtype:
            # A gradient of another form is for the layer itself.
            by_numpy: Array = forward(x, None)[1](dy)
            return by_numpy
        dy, dx = np.ascontiguousarray(dy), np.empty_like(x)
        passes.backward(x.size, (x.ctypes.data, 0, dy.ctypes.data, dx.ctypes.data), passes.numbers)
        return dx

    return y, backward


class _NoChance:
    """Stands for the random stream of a layer that is traced."""

    def __getattr__(self, name: str) -> NoReturn:
        raise NotFusableError("it draws random numbers")


# The arrays of the loops: inputs, outputs, the gradient of outputs and that of inputs.
_X, _Y, _DY, _DX = range(4)


def _passes(forward: Forward, x: Array) -> _Passes:
    """Return the loops of a layer for inputs of one form.

    Raises
    ------
    NotFusableError
        If there are none, or they give other bits.
    """
    kind = str(x.dtype)
    tape = Tape(x.shape, (kind,) * 4)
    way = forward(Traced(tape, _X, kind, may_change=False), _NoChance())
    if not (isinstance(way, tuple) and len(way) == 2 and _is_of(way[0], kind)):
        raise NotFusableError("its output is not an array of the form of its input")
    there = tuple(tape.operations)
    back = way[1](Traced(tape, _DY, kind, may_change=False))
    if not _is_of(back, kind):
        raise NotFusableError("its gradient is not an array of the form of its input")
    refuse_absence()
    kinds, numbers = (kind,) * 4, tuple(tape.number_dtypes)
    loops = (
        Loop(kinds, numbers, there, ((_Y, way[0].at),)),
        Loop(kinds, numbers, tuple(tape.operations), ((_DX, back.at),)),
    )
    passes = _Passes(compiled(loops[0]), compiled(loops[1]), array("d", tape.numbers))
    if loops not in _TRIED:
        _TRIED[loops] = _fault(passes, forward, x)
    if _TRIED[loops]:
        raise NotFusableError(_TRIED[loops])
    return passes


def _is_of(one: Any, kind: str) -> bool:
    return isinstance(one, Traced) and one.kind == kind


# By loops, why they are not used; "" if they give the same bits.
_TRIED: dict[tuple[Loop, Loop], str] = {}


def _fault(passes: _Passes, forward: Forward, x: Array) -> str:
    """Return where loops give other bits than the layer; "" if they give the same."""
    for inputs, dy in ((x, difficult(x, 1)), (difficult(x, 2), difficult(x, 3))):
        y, backward = _through(passes, forward, inputs)
        with np.errstate(all="ignore"):
            due, back = forward(inputs, _NoChance())
            if differ(y, due):
                return "the compiled loop gives other bits in its output"
            if differ(backward(dy), back(dy)):
                return "the compiled loop gives other bits in its gradient"
    return ""
