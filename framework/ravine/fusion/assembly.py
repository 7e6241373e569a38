"""Assembly: a tape as one loop over the elements, in LLVM's language.

Each operation is IEEE 754's, rounded as NumPy rounds it: no products are fused with sums, and nothing is put in
another order. In each row the loop takes 16 elements at a time, and the last ones alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from ravine.fusion.tape import Operation

__all__ = ["Form", "Loop", "assembly"]

_LANES = 16
_TYPES = {"float32": "float", "float64": "double", "bool": "i1", "uint8": "i8"}
_SIZES = {"float32": 4, "float64": 8}
# An array of bool has bytes.
_MEMORY = {**_TYPES, "bool": "i8"}
_BYTES = {**_SIZES, "bool": 1, "uint8": 1}
_BINARY = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_INTRINSICS = {"sqrt": "sqrt", "absolute": "fabs", "copysign": "copysign"}
# Comparisons with a NaN are false, but for this one.
_COMPARISONS = {
    "less": "olt", "less_equal": "ole", "greater": "ogt", "greater_equal": "oge", "equal": "oeq",
    "not_equal": "une",
}  # fmt: skip
_LOGIC = {"logical_and": "and", "logical_or": "or"}


class Form(Enum):
    """What an array has a number for: each element, each column, each row, or all of them one."""

    ALL = "all"
    COLUMNS = "columns"
    ROWS = "rows"
    ONE = "one"


class Loop(NamedTuple):
    """What a loop does to each element.

    Parameters
    ----------
    inputs : tuple of str
        The types of the arrays.
    forms : tuple of Form
        What each array has a number for.
    numbers : tuple of str
        The types in which numbers are used, which are given in float64.
    operations : tuple of Operation
        What is done.
    outputs : tuple of (int, int)
        Which array is written to at the end, and the value.
    sums : tuple of (int, int)
        Which array gets the sums of a value over the rows, and the value. It has one number for each column.
    """

    inputs: tuple[str, ...]
    forms: tuple[Form, ...]
    numbers: tuple[str, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[tuple[int, int], ...]
    sums: tuple[tuple[int, int], ...] = ()


def assembly(loop: Loop, name: str) -> str:
    """Return a function ``NAME(rows, columns, array, …, numbers)`` of a loop."""
    arrays = "".join(f", ptr noalias %a{i}" for i, _ in enumerate(loop.inputs))
    lines = [f"define void @{name}(i64 %rows, i64 %n{arrays}, ptr noalias %numbers) {{", "entry:"]
    lines += _numbers(loop.numbers)
    lines += [
        f"  %whole = and i64 %n, {-_LANES}",
        "  %any = icmp ne i64 %whole, 0",
        "  %left = icmp ult i64 %whole, %n",
        "  %some = icmp ne i64 %rows, 0",
        "  br i1 %some, label %row, label %end",
        "row:",
        "  %r = phi i64 [0, %entry], [%below, %done]",
        "  %start = mul i64 %r, %n",
        "  %first = icmp eq i64 %r, 0",
        *_of_row(loop),
        "  br i1 %any, label %many, label %rest",
        "many:",
        "  %i = phi i64 [0, %row], [%next, %many]",
        *_body(loop, _Lanes(_LANES, "%i", "w")),
        f"  %next = add i64 %i, {_LANES}",
        "  %more = icmp ult i64 %next, %whole",
        "  br i1 %more, label %many, label %rest",
        "rest:",
        "  br i1 %left, label %one, label %done",
        "one:",
        "  %j = phi i64 [%whole, %rest], [%after, %one]",
        *_body(loop, _Lanes(1, "%j", "s")),
        "  %after = add i64 %j, 1",
        "  %again = icmp ult i64 %after, %n",
        "  br i1 %again, label %one, label %done",
        "done:",
        "  %below = add i64 %r, 1",
        "  %rows_left = icmp ult i64 %below, %rows",
        "  br i1 %rows_left, label %row, label %end",
        "end:",
        "  ret void",
        "}",
    ]
    return "\n".join([*lines, *_declarations()]) + "\n"


def _of_row(loop: Loop) -> Iterator[str]:
    """Yield the lines that find where a row begins, and read what is the same in all of it."""
    begins = {Form.ALL: "%start", Form.ROWS: "%r", Form.COLUMNS: "0", Form.ONE: "0"}
    for i, (dtype, form) in enumerate(zip(loop.inputs, loop.forms, strict=True)):
        of = _MEMORY[dtype]
        yield f"  %b{i} = getelementptr {of}, ptr %a{i}, i64 {begins[form]}"
        if form in (Form.ROWS, Form.ONE):
            yield from _read(_Lanes(1, "0", "s"), i, dtype, f"%b{i}")
            yield from _repeated(_Lanes(_LANES, "0", "w").name(i), f"%sv{i}", _TYPES[dtype], f"%o{i}")


def _repeated(to: str, one: str, of: str, between: str) -> Iterator[str]:
    """Yield the lines that make many of one number."""
    many = f"<{_LANES} x {of}>"
    yield f"  {between} = insertelement {many} poison, {of} {one}, i32 0"
    yield f"  {to} = shufflevector {many} {between}, {many} poison, <{_LANES} x i32> zeroinitializer"


def _numbers(dtypes: Sequence[str]) -> Iterator[str]:
    """Yield the lines that read the numbers, as ``%s0`` for one element and ``%w0`` for many."""
    for i, dtype in enumerate(dtypes):
        yield f"  %at{i} = getelementptr double, ptr %numbers, i64 {i}"
        yield f"  %{'s' if dtype == 'float64' else 'd'}{i} = load double, ptr %at{i}"
        if dtype == "float32":
            yield f"  %s{i} = fptrunc double %d{i} to float"
        yield from _repeated(f"%w{i}", f"%s{i}", _TYPES[dtype], f"%p{i}")


class _Lanes(NamedTuple):
    """How many elements are taken at a time, where the first of them is, and how their values are called."""

    n: int
    at: str
    prefix: str

    def type(self, dtype: str) -> str:
        return f"<{self.n} x {_TYPES[dtype]}>" if self.n > 1 else _TYPES[dtype]

    def memory(self, dtype: str) -> str:
        return f"<{self.n} x {_MEMORY[dtype]}>" if self.n > 1 else _MEMORY[dtype]

    def name(self, value: int) -> str:
        return f"%{self.prefix}v{value}" if value >= 0 else f"%{self.prefix}{-1 - value}"

    def suffix(self, dtype: str) -> str:
        width = 8 * _SIZES[dtype]
        return f"v{self.n}f{width}" if self.n > 1 else f"f{width}"

    def constant(self, value: str, dtype: str) -> str:
        one = f"{_TYPES[dtype]} {value}"
        return f"<{', '.join([one] * self.n)}>" if self.n > 1 else value


def _body(loop: Loop, lanes: _Lanes) -> Iterator[str]:
    """Yield the lines for one round: read, compute, write."""
    dtypes = [*loop.inputs, *(dtype for *_, dtype in loop.operations)]
    read = {at for _, of, _ in loop.operations for at in of}
    read |= {value for _, value in (*loop.outputs, *loop.sums)} | {array for array, _ in loop.sums}
    for i, (dtype, form) in enumerate(zip(loop.inputs, loop.forms, strict=True)):
        if form in (Form.ALL, Form.COLUMNS):
            place = f"%{lanes.prefix}a{i}"
            yield f"  {place} = getelementptr {_MEMORY[dtype]}, ptr %b{i}, i64 {lanes.at}"
            if i in read:
                yield from _read(lanes, i, dtype, place)
    for k, operation in enumerate(loop.operations, len(loop.inputs)):
        of = [dtypes[at] if at >= 0 else loop.numbers[-1 - at] for at in operation[1]]
        yield from _lines(operation, lanes.name(k), of, lanes)
    for array, value in loop.sums:
        # As NumPy adds them: one row after the other, from 0 on, so that the sum of -0 and -0 is 0.
        dtype, name, total = loop.inputs[array], lanes.name(value), f"{lanes.name(array)}t"
        type_, zero = lanes.type(dtype), lanes.constant("0.0", dtype)
        yield f"  {total}b = select i1 %first, {type_} {zero}, {type_} {lanes.name(array)}"
        yield f"  {total} = fadd {type_} {total}b, {name}"
        yield f"  store {type_} {total}, ptr %{lanes.prefix}a{array}, align {_BYTES[loop.inputs[array]]}"
    for array, value in loop.outputs:
        dtype, name = loop.inputs[array], lanes.name(value)
        if dtype == "bool":
            yield f"  {name}b{array} = zext {lanes.type(dtype)} {name} to {lanes.memory(dtype)}"
            name = f"{name}b{array}"
        yield f"  store {lanes.memory(dtype)} {name}, ptr %{lanes.prefix}a{array}, align {_BYTES[dtype]}"


def _read(lanes: _Lanes, i: int, dtype: str, place: str) -> Iterator[str]:
    """Yield the lines that read from an array."""
    name = lanes.name(i)
    if dtype == "bool":
        of = lanes.memory(dtype)
        yield f"  {name}b = load {of}, ptr {place}, align 1"
        yield f"  {name} = icmp ne {of} {name}b, {'zeroinitializer' if lanes.n > 1 else 0}"
    else:
        yield f"  {name} = load {lanes.type(dtype)}, ptr {place}, align {_BYTES[dtype]}"


def _lines(operation: Operation, to: str, dtypes: Sequence[str], lanes: _Lanes) -> Iterator[str]:
    """Yield the lines of an operation, whose operands have these types."""
    (name, of, result), dtype = operation, dtypes[-1]
    type_, x = lanes.type(dtype), [lanes.name(at) for at in of]
    bits = lanes.type("bool")
    zero, one = (lanes.constant(value, dtype) for value in ("0.0", "1.0"))
    if name in _BINARY:
        yield f"  {to} = {_BINARY[name]} {type_} {x[0]}, {x[1]}"
    elif name in _INTRINSICS:
        given = ", ".join(f"{type_} {value}" for value in x)
        yield f"  {to} = call {type_} @llvm.{_INTRINSICS[name]}.{lanes.suffix(dtype)}({given})"
    elif name in _COMPARISONS:
        yield f"  {to} = fcmp {_COMPARISONS[name]} {type_} {x[0]}, {x[1]}"
    elif name in _LOGIC:
        yield f"  {to} = {_LOGIC[name]} {bits} {x[0]}, {x[1]}"
    elif name == "logical_not":
        yield f"  {to} = xor {bits} {x[0]}, {lanes.constant('true', 'bool')}"
    elif name == "negative":
        yield f"  {to} = fneg {type_} {x[0]}"
    elif name == "square":
        yield f"  {to} = fmul {type_} {x[0]}, {x[0]}"
    elif name == "reciprocal":
        yield f"  {to} = fdiv {type_} {one}, {x[0]}"
    elif name == "isnan":
        yield f"  {to} = fcmp uno {type_} {x[0]}, {zero}"
    elif name == "isfinite":
        yield f"  {to}d = fsub {type_} {x[0]}, {x[0]}"
        yield f"  {to} = fcmp oeq {type_} {to}d, {zero}"
    elif name == "where":
        yield f"  {to} = select {bits} {x[0]}, {type_} {x[1]}, {type_} {x[2]}"
    elif name == "cast":
        yield f"  {to} = {_conversion(dtype, result)} {type_} {x[0]} to {lanes.type(result)}"
    elif name == "sign":
        yield from _choice(
            f"{to}n", f"fcmp olt {type_} {x[0]}, {zero}", lanes.constant("-1.0", dtype), x[0], type_, bits
        )
        yield from _choice(f"{to}p", f"fcmp ogt {type_} {x[0]}, {zero}", one, f"{to}n", type_, bits)
        # That of -0 is 0.
        yield from _choice(to, f"fcmp oeq {type_} {x[0]}, {zero}", zero, f"{to}p", type_, bits)
    elif name == "clip":
        yield from _choice(f"{to}l", f"fcmp olt {type_} {x[0]}, {x[1]}", x[1], x[0], type_, bits)
        yield from _choice(to, f"fcmp ogt {type_} {to}l, {x[2]}", x[2], f"{to}l", type_, bits)
    elif name in ("maximum", "minimum"):
        # Of 0 and -0 it is the second, as with the processors' own instruction.
        better = "ogt" if name == "maximum" else "olt"
        yield from _choice(f"{to}m", f"fcmp {better} {type_} {x[0]}, {x[1]}", x[0], x[1], type_, bits)
        # The first NaN is the result.
        yield from _choice(to, f"fcmp uno {type_} {x[0]}, {zero}", x[0], f"{to}m", type_, bits)
    else:
        raise AssertionError(f"{name}: a tape has no such operation")


def _choice(to: str, condition: str, yes: str, no: str, type_: str, bits: str) -> Iterator[str]:
    yield f"  {to}c = {condition}"
    yield f"  {to} = select {bits} {to}c, {type_} {yes}, {type_} {no}"


def _conversion(of: str, to: str) -> str:
    if of in ("bool", "uint8"):
        return "uitofp"
    return "fpext" if to == "float64" else "fptrunc"


def _declarations() -> Iterator[str]:
    for lanes in (_Lanes(1, "", ""), _Lanes(_LANES, "", "")):
        for dtype in _SIZES:
            type_ = lanes.type(dtype)
            for name, operands in (("sqrt", 1), ("fabs", 1), ("copysign", 2)):
                yield f"declare {type_} @llvm.{name}.{lanes.suffix(dtype)}({', '.join([type_] * operands)})"
