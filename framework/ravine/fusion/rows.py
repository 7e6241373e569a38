"""Rows: reads rows of an array, in any order, as numbers of another type times a factor, in one loop.

Rows that lie far from each other in memory are asked for before they are needed.
"""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.kernel import is_there, loaded
from ravine.fusion.trial import differ

__all__ = ["Rows", "read", "rows_of"]

Rows: TypeAlias = Callable[[Array, Array], None]
"""Takes the numbers of rows, and the array into which they are read."""


def read(source: Array, rows: Array, out: Array, factor: float) -> None:
    """Read rows as NumPy does: they are converted, and then multiplied."""
    np.copyto(out, source.take(rows, axis=0), casting="unsafe")
    out *= factor


def rows_of(source: Array, dtype: np.dtype[Any], factor: float) -> Rows | None:
    """Return the loop that reads rows of an array; None if there is none with the same bits as ``read``."""
    if not is_there() or source.dtype.name not in _TYPES or not source.flags.c_contiguous or not source.size:
        return None
    columns, shape = math.prod(source.shape[1:]), source.shape[1:]
    loop = _loop(source.dtype.name, dtype.name)
    begin, length = source.ctypes.data, len(source)

    def rows_read(rows: Array, out: Array) -> None:
        # What lies behind these addresses is checked here, because the loop does not.
        fits = out.shape == (len(rows), *shape) and out.dtype == dtype and out.flags.c_contiguous
        if not (fits and rows.dtype == np.int64 and rows.flags.c_contiguous):
            raise ValueError(f"rows {rows.dtype} of shape {rows.shape} into {out.dtype} of shape {out.shape}")
        if len(rows) and not 0 <= rows.min() <= rows.max() < length:
            raise IndexError(f"rows from {rows.min()} to {rows.max()}, and there are {length}")
        loop(len(rows), columns, begin, rows.ctypes.data, out.ctypes.data, factor)

    some = np.random.default_rng(0).integers(length, size=16)
    given, due = (np.empty((16, *shape), dtype) for _ in range(2))
    rows_read(some, given)
    read(source, some, due, factor)
    return None if differ(given, due) else rows_read


@functools.cache
def _loop(of: str, to: str) -> Callable[..., None]:
    form = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * 3, ctypes.c_double)
    return form(loaded(f"rows_{of}_{to}", _assembly(of, to)))


_TYPES = {"uint8": "i8", "float32": "float", "float64": "double"}
_BYTES = {"uint8": 1, "float32": 4, "float64": 8}
# So many numbers at a time, and so many rows ahead.
_LANES, _AHEAD = 16, 12
_LINE = 64


def _assembly(of: str, to: str) -> str:
    """Return the function ``rows_OF_TO(rows, columns, source, numbers, out, factor)`` in LLVM's language."""
    given, made = _TYPES[of], _TYPES[to]
    number = "float" if to == "float32" else "double"
    return f"""
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
define void @rows_{of}_{to}(i64 %rows, i64 %n, ptr noalias %source, ptr noalias %numbers, ptr noalias %out,
                            double %factor64) {{
entry:
  %factor = {"fptrunc double %factor64 to float" if number == "float" else "fadd double %factor64, -0.0"}
  %f0 = insertelement <{_LANES} x {made}> poison, {made} %factor, i32 0
  %factors = shufflevector <{_LANES} x {made}> %f0, <{_LANES} x {made}> poison, <{_LANES} x i32> zeroinitializer
  %whole = and i64 %n, {-_LANES}
  %last = sub i64 %rows, 1
  %any = icmp ne i64 %rows, 0
  br i1 %any, label %row, label %end
row:
  %r = phi i64 [0, %entry], [%below, %done]
  %to = mul i64 %r, %n
  %there = getelementptr {made}, ptr %out, i64 %to
  %at = getelementptr i64, ptr %numbers, i64 %r
  %number = load i64, ptr %at
  %from = mul i64 %number, %n
  %here = getelementptr {given}, ptr %source, i64 %from
  %far = add i64 %r, {_AHEAD}
  %is_row = icmp ult i64 %far, %rows
  %later = select i1 %is_row, i64 %far, i64 %last
  %later_at = getelementptr i64, ptr %numbers, i64 %later
  %later_number = load i64, ptr %later_at
  %later_from = mul i64 %later_number, %n
  %soon = getelementptr {given}, ptr %source, i64 %later_from
  br label %ask
ask:
  %k = phi i64 [0, %row], [%k_next, %ask]
  %line = getelementptr {given}, ptr %soon, i64 %k
  call void @llvm.prefetch.p0(ptr %line, i32 0, i32 3, i32 1)
  %k_next = add i64 %k, {_LINE // _BYTES[of]}
  %asks = icmp ult i64 %k_next, %n
  br i1 %asks, label %ask, label %begin
begin:
  %some = icmp ne i64 %whole, 0
  br i1 %some, label %many, label %rest
many:
  %i = phi i64 [0, %begin], [%i_next, %many]
  %a = getelementptr {given}, ptr %here, i64 %i
  %v = load <{_LANES} x {given}>, ptr %a, align {_BYTES[of]}
  {_converted("%c", "%v", of, to, f"<{_LANES} x {{}}>")}
  %m = fmul <{_LANES} x {made}> %c, %factors
  %b = getelementptr {made}, ptr %there, i64 %i
  store <{_LANES} x {made}> %m, ptr %b, align {_BYTES[to]}
  %i_next = add i64 %i, {_LANES}
  %more = icmp ult i64 %i_next, %whole
  br i1 %more, label %many, label %rest
rest:
  %left = icmp ult i64 %whole, %n
  br i1 %left, label %one, label %done
one:
  %j = phi i64 [%whole, %rest], [%j_next, %one]
  %a1 = getelementptr {given}, ptr %here, i64 %j
  %v1 = load {given}, ptr %a1, align {_BYTES[of]}
  {_converted("%c1", "%v1", of, to, "{}")}
  %m1 = fmul {made} %c1, %factor
  %b1 = getelementptr {made}, ptr %there, i64 %j
  store {made} %m1, ptr %b1, align {_BYTES[to]}
  %j_next = add i64 %j, 1
  %again = icmp ult i64 %j_next, %n
  br i1 %again, label %one, label %done
done:
  %below = add i64 %r, 1
  %next = icmp ult i64 %below, %rows
  br i1 %next, label %row, label %end
end:
  ret void
}}
"""


def _converted(to: str, value: str, of: str, dtype: str, form: str) -> str:
    """Return the line that converts a value, or many."""
    given, made = form.format(_TYPES[of]), form.format(_TYPES[dtype])
    if of == dtype:
        return f"{to} = bitcast {given} {value} to {made}"
    how = "uitofp" if of == "uint8" else "fpext" if dtype == "float64" else "fptrunc"
    return f"{to} = {how} {given} {value} to {made}"
