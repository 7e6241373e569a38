"""Trial: on which numbers a loop is tried, and whether it gives the same bits."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable

import numpy as np

from ravine.base.types import Array
from ravine.fusion.assembly import Form, Loop
from ravine.fusion.kernel import compiled
from ravine.fusion.tape import evaluate

__all__ = ["differ", "difficult", "tried"]

_SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-45, -1e-40, 1.2e-38, 3.4e38, -3.4e38)


def differ(a: Array, b: Array) -> bool:
    """Whether arrays differ in a bit, but for the bits of a NaN."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return True
    bits = f"V{a.itemsize}"
    # Of all numbers a NaN alone differs from itself.
    other = (np.ascontiguousarray(a).view(bits) != np.ascontiguousarray(b).view(bits)).reshape(a.shape)
    return bool((other & ((a == a) | (b == b))).any())


def difficult(like: Array, seed: int) -> Array:
    """Return numbers of all sizes and both signs, and special ones, in the form of an array."""
    with np.errstate(all="ignore"):
        return np.resize(_difficult(seed), like.shape).astype(like.dtype)


@functools.cache
def _difficult(seed: int) -> Array:
    rng = np.random.default_rng(seed)
    sizes = np.where(rng.random(_MANY) < 0.5, 1, 10.0 ** rng.uniform(-12, 12, _MANY))
    special = rng.choice(_SPECIAL, _MANY)
    return np.where(rng.random(_MANY) < 0.3, special, rng.normal(size=_MANY) * sizes)


# It is not a multiple of what a processor takes at a time: repeated, numbers come at other places of that.
_MANY = 10_007


def tried(loop: Loop, numbers: array[float]) -> str:
    """Return where a loop gives other bits than its operations do one by one; "" if it gives the same.

    It is tried once, in rows that are not a multiple of what a processor takes at a time: on difficult numbers,
    on others, whose sums are finite, and on -0 alone, whose sums have a sign too.
    """
    if loop not in _TRIED:
        found = (_fault(loop, numbers, drawn) for drawn in (difficult, _usual, _minus_zero))
        _TRIED[loop] = next(filter(None, found), "")
    return _TRIED[loop]


_TRIED: dict[Loop, str] = {}

_ROWS, _COLUMNS = 300, 39


def _usual(like: Array, seed: int) -> Array:
    return np.random.default_rng(seed).normal(size=like.shape).astype(like.dtype)


def _minus_zero(like: Array, seed: int) -> Array:
    return np.full(like.shape, -0.0, like.dtype)


def _bytes(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).integers(256, size=shape, dtype=np.uint8)


def _fault(loop: Loop, numbers: array[float], drawn: Callable[[Array, int], Array]) -> str:
    shapes = {
        Form.ALL: (_ROWS, _COLUMNS), Form.COLUMNS: (_COLUMNS,), Form.ROWS: (_ROWS, 1), Form.ONE: (1,),
    }  # fmt: skip
    given = [
        _bytes(shapes[form], seed)
        if of == "uint8"
        else drawn(np.empty(shapes[form], np.float32 if of == "bool" else of), seed).astype(of)
        for seed, (of, form) in enumerate(zip(loop.inputs, loop.forms, strict=True))
    ]
    values = [one.copy() for one in given]
    with np.errstate(all="ignore"):
        for name, of, dtype in loop.operations:
            operands = [
                values[at] if at >= 0 else np.dtype(loop.numbers[-1 - at]).type(numbers[-1 - at]) for at in of
            ]
            values.append(evaluate(name, operands, dtype))
        due = [(there, np.broadcast_to(values[at], (_ROWS, _COLUMNS))) for there, at in loop.outputs]
        due += [(there, evaluate("sum", [values[at]], loop.inputs[there])) for there, at in loop.sums]
    compiled(loop)(_ROWS, _COLUMNS, *(one.ctypes.data for one in given), numbers.buffer_info()[0])
    if any(differ(given[there], value) for there, value in due):
        return f"the compiled loop gives other bits: {', '.join(name for name, *_ in loop.operations)}"
    return ""
