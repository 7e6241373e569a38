"""Tape: what code does to each element of its arrays, found by running it with traced arrays.

A traced array knows its shape and type, and has no numbers. Each operation on it is written on the tape. Code
that asks for a number, ``if (g > 0).any():``, or does anything else than one operation for each element, cannot
be fused: NumPy runs it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import numpy as np

from ravine.base.types import Array

__all__ = ["NotFusableError", "Operation", "Tape", "Traced", "evaluate", "fault", "name_of", "unknown"]


class NotFusableError(BaseException):
    """Code does something that is not an operation for each element; the message says what.

    It is not an ``Exception``, which the code may catch.
    """


def fault(error: BaseException) -> str:
    """Return why code cannot be fused, with its line; what is wrong with the code itself NumPy will say."""
    if not isinstance(error, NotFusableError):
        return f"{type(error).__name__}: {error}"
    return ": ".join(filter(None, (str(error), _origin(error))))


def _origin(error: BaseException) -> str:
    """Return the line of the code that has raised an error: ``theta -= …  (mine.py:52)``; or nothing."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent != Path(__file__).parent
    ]
    # The last frames may be NumPy's.
    own = [frame for frame in frames if "numpy" not in frame.filename.replace("\\", "/").split("/")] or frames
    return f"{own[-1].line}  ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""


Operation: TypeAlias = tuple[str, tuple[int, ...], str]
"""An operation for each element: its name, which is that of NumPy's function or ``cast``; its operands; and the
type of its result, ``float32``, ``float64`` or ``bool``. In programs there is also ``sum``, over the rows.

From 0 on an operand is a value in the order in which they were made, the inputs first; below 0 it is a number,
the first of which is -1.
"""


class Tape:
    """Operations in their order, and the numbers in them.

    Parameters
    ----------
    shape : tuple of int
        The shape of all arrays.
    dtypes : sequence of str
        The types of the inputs.

    Attributes
    ----------
    operations : list of Operation
        What is done.
    numbers : list of float
        The numbers of the code: they change from step to step, and the operations do not.
    number_dtypes : list of str
        The type in which each is used.
    has_told_shape : bool
        Whether code has asked for the shape.
    """

    def __init__(self, shape: tuple[int, ...], dtypes: Sequence[str]) -> None:
        self._shape = shape
        self.has_told_shape = False
        self.inputs = len(dtypes)
        self.operations: list[Operation] = []
        self.numbers: list[float] = []
        self.number_dtypes: list[str] = []

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of all arrays."""
        self.has_told_shape = True
        return self._shape

    def write(self, name: str, of: tuple[int, ...], dtype: str) -> Traced:
        """Write an operation; return its result."""
        self.operations.append((name, of, dtype))
        return Traced(self, self.inputs + len(self.operations) - 1, dtype)

    def number(self, value: float, dtype: str) -> int:
        """Write down a number; return how operations name it."""
        self.numbers.append(float(value))
        self.number_dtypes.append(dtype)
        return -len(self.numbers)

    def apply(self, name: str, *operands: Any) -> Traced:
        """Write a function of traced arrays and numbers; return its result.

        Raises
        ------
        NotFusableError
            If it cannot be fused.
        """
        condition: tuple[int, ...] = ()
        if name == "where":
            first, *operands = operands  # type: ignore[assignment]
            if not (isinstance(first, Traced) and first.kind == "bool"):
                raise NotFusableError("np.where with a condition that is not an array of bool")
            condition = (first.at,)
        kind = _common(operands)
        if name in _OF_BOOL and kind != "bool":
            raise NotFusableError(f"np.{name} of numbers")
        if name not in _OF_BOOL and name != "where" and kind == "bool":
            raise NotFusableError(f"np.{name} of an array of bool")
        of = tuple(self.operand(one, kind) for one in operands)
        return self.write(_OF_BITS.get(name, name), condition + of, "bool" if name in _TO_BOOL else kind)

    def operand(self, one: Any, kind: str) -> int:
        """Return how operations name an array or a number that is used in a type.

        Raises
        ------
        NotFusableError
            If it is anything else.
        """
        if isinstance(one, Traced):
            if one.tape is not self:
                raise NotFusableError("an array of another shape")
            return one.at if one.kind == kind else self.write("cast", (one.at,), kind).at
        if isinstance(one, np.ndarray) and one.ndim > 0:
            raise NotFusableError("an array that is not one of the arguments")
        if isinstance(one, _STRONG):
            at, of = self.number(float(one), str(one.dtype)), str(one.dtype)
            return at if of == kind else self.write("cast", (at,), kind).at
        if type(one) not in (float, int):
            raise NotFusableError(f"a {type(one).__name__}")
        if type(one) is int and abs(one) > _EXACT:
            raise NotFusableError(f"the whole number {one}")
        return self.number(one, kind)


_STRONG = (np.generic, np.ndarray)


def _common(operands: Sequence[Any]) -> str:
    """Return the type in which NumPy computes: numbers of Python's take that of the arrays."""
    kinds = {one.kind if isinstance(one, Traced) else str(one.dtype)
             for one in operands if isinstance(one, (Traced, *_STRONG))}  # fmt: skip
    if unknown := kinds - {"float32", "float64", "bool"}:
        raise NotFusableError(f"an array of {', '.join(sorted(unknown))}")
    if kinds & {"float32", "float64"}:
        return max(kinds - {"bool"})
    plain = [one for one in operands if not isinstance(one, (Traced, *_STRONG))]
    if not plain:
        return "bool"
    if any(isinstance(one, float) for one in plain):
        return "float64"
    raise NotFusableError("whole numbers")


# Whole numbers up to here are the same as floating-point numbers.
_EXACT = 2**53

# Of arrays of bool these are the same; of whole numbers they are not.
_OF_BITS = {"bitwise_and": "logical_and", "bitwise_or": "logical_or", "invert": "logical_not"}
_OF_BOOL = {*_OF_BITS, *_OF_BITS.values()}
_COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
_TO_BOOL = {*_COMPARISONS, *_OF_BOOL, "isnan", "isfinite"}
_FUNCTIONS = {
    function: function.__name__
    for function in (
        *(np.add, np.subtract, np.multiply, np.divide, np.negative, np.absolute, np.sqrt, np.square, np.sign),
        *(np.reciprocal, np.maximum, np.minimum, np.copysign, np.isnan, np.isfinite),
        *(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal),
        *(np.logical_and, np.logical_or, np.logical_not, np.bitwise_and, np.bitwise_or, np.invert),
    )
}
# NumPy computes these powers without its function of powers.
_POWERS: dict[float, Callable[[Traced], Traced]] = {
    2: lambda x: x.tape.apply("square", x),
    1: lambda x: x.copy(),
    0.5: lambda x: x.tape.apply("sqrt", x),
    -1: lambda x: x.tape.apply("reciprocal", x),
}


def name_of(ufunc: Any) -> str | None:
    """Return the name of an operation for each element that a tape knows."""
    return _FUNCTIONS.get(ufunc)


def evaluate(name: str, operands: Sequence[Any], dtype: str) -> Array:
    """Return the result of an operation for each element, as NumPy computes it."""
    if name == "cast":
        return np.asarray(operands[0]).astype(dtype)
    if name == "sum":
        return np.asarray(np.add.reduce(operands[0], axis=0))
    return np.asarray(getattr(np, name)(*operands))


def _binary(name: str) -> Any:
    result = "bool" if name in _TO_BOOL else ""

    def forward(self: Traced, other: Any) -> Traced:
        # What a step does most often goes the short way: each step is traced.
        tape, kind = self.tape, self.kind
        if kind is not _BOOL:
            if type(other) is Traced and other.kind is kind and other.tape is tape:
                return tape.write(name, (self.at, other.at), result or kind)
            if type(other) is float:
                return tape.write(name, (self.at, tape.number(other, kind)), result or kind)
        return tape.apply(name, self, other)

    return forward


def _reflected(name: str) -> Any:
    def backward(self: Traced, other: Any) -> Traced:
        tape, kind = self.tape, self.kind
        if type(other) is float and kind is not _BOOL:
            return tape.write(name, (tape.number(other, kind), self.at), kind)
        return tape.apply(name, other, self)

    return backward


def _of_bits(name: str) -> Any:
    return lambda self, other: self.tape.apply(name, self, other)


def _in_place(forward: Callable[[Traced, Any], Traced]) -> Any:
    def change(self: Traced, other: Any) -> Traced:
        self.put(forward(self, other))
        return self

    return change


def _operators(name: str) -> tuple[Any, Any, Any]:
    forward = _binary(name)
    return forward, _reflected(name), _in_place(forward)


def _unary(name: str) -> Any:
    return lambda self: self.tape.apply(name, self)


def _unknown(operator: str) -> Any:
    def refuse(self: Traced, *_: Any) -> NoReturn:
        raise NotFusableError(f"an array's {operator}")

    return refuse


def unknown(attribute: str) -> str:
    """Return what code does that asks an array for an attribute that none of these has."""
    if attribute.startswith("__array"):
        return "an array is copied by NumPy"
    if attribute in ("any", "all", "item", "tolist"):
        return f"what follows depends on numbers in an array: its .{attribute}"
    return f"an array's .{attribute}"


_BOOL = "bool"


class Traced:
    """An array without numbers, whose operations are written on a tape.

    Parameters
    ----------
    tape : Tape
        The tape.
    at : int
        Its value now, as operations name it; those in place give it another.
    kind : str
        The type of its elements.
    may_change : bool
        Whether it may be written to.
    """

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("at", "kind", "may_change", "tape")

    tape: Tape
    at: int
    kind: str
    may_change: bool

    def __init__(self, tape: Tape, at: int, kind: str, may_change: bool = True) -> None:
        self.tape, self.at, self.kind, self.may_change = tape, at, kind, may_change

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its elements."""
        return np.dtype(self.kind)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.tape.shape

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return len(self.tape.shape)

    @property
    def size(self) -> int:
        """The number of its elements."""
        return int(np.prod(self.tape.shape))

    def put(self, value: Any) -> None:
        """Give all elements other values, as ``x[...] = value`` does."""
        if not self.may_change:
            raise NotFusableError("an array that must not be changed is written to")
        if type(value) is Traced and value.kind is self.kind and value.tape is self.tape:
            self.at = value.at
            return
        if self.kind == "bool":
            raise NotFusableError("numbers are written into an array of bool")
        self.at = self.tape.operand(value, self.kind)

    def copy(self) -> Traced:
        """Return another array with the same elements."""
        return Traced(self.tape, self.at, self.kind)

    def astype(self, dtype: Any, copy: bool = True) -> Traced:
        """Return an array of another type."""
        if (kind := str(np.dtype(dtype))) not in ("float32", "float64"):
            raise NotFusableError(f"an array of {kind}")
        return Traced(self.tape, self.tape.operand(self, kind), kind)

    def __getitem__(self, key: Any) -> Traced:
        if key is not Ellipsis and key != slice(None):
            raise NotFusableError("a part of an array")
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, Traced) and not isinstance(value, Traced):
            value = self.tape.apply("where", key, value, self)
        elif key is not Ellipsis and key != slice(None):
            raise NotFusableError("a part of an array")
        if value is not self:
            self.put(value)

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, out: Any = None, **more: Any) -> Traced:
        name = name_of(ufunc)
        if method != "__call__" or more or name is None:
            what = ufunc.__name__ + (f".{method}" if method != "__call__" else "")
            raise NotFusableError(f"np.{what}" + (f" with {', '.join(more)}" if more else ""))
        result = self.tape.apply(name, *operands)
        if out is None:
            return result
        (there,) = out
        if not isinstance(there, Traced):
            raise NotFusableError("a result that is written into another array")
        there.put(result)
        return there

    def __array_function__(self, function: Any, types: Any, operands: Any, more: Any) -> Any:
        if function is np.where and len(operands) == 3 and not more:
            return self.tape.apply("where", *operands)
        if function is np.clip:
            return self._clipped(*operands, **more)
        if function in (np.zeros_like, np.ones_like) and len(operands) == 1 and not more:
            number = self.tape.number(float(function is np.ones_like), self.kind)
            return Traced(self.tape, number, self.kind)
        raise NotFusableError(f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1))

    def _clipped(self, x: Any, low: Any, high: Any, out: Any = None) -> Traced:
        if isinstance(low, Traced) or isinstance(high, Traced) or low is None or high is None:
            raise NotFusableError("np.clip without two numbers")
        if low != low or high != high:
            raise NotFusableError("np.clip with a limit that is not a number")
        result = self.tape.apply("clip", x, low, high)
        if out is None:
            return result
        out.put(result)
        return self if out is self else result

    def __pow__(self, exponent: Any) -> Traced:
        if type(exponent) not in (float, int) or exponent not in _POWERS or self.kind == "bool":
            raise NotFusableError("a power other than 2, 1, 0.5 and -1")
        return _POWERS[exponent](self)

    def __ipow__(self, exponent: Any) -> Traced:
        self.put(self**exponent)
        return self

    def __getattr__(self, name: str) -> NoReturn:
        raise NotFusableError(unknown(name))

    def __len__(self) -> int:
        return self.shape[0]

    def _number(self, *_: Any) -> Any:
        raise NotFusableError("what follows depends on numbers in an array")

    def _text(self, *_: Any) -> Any:
        raise NotFusableError("numbers of an array are shown")

    __bool__ = _number
    __float__ = __int__ = __iter__ = __array__ = __index__ = _number
    __repr__ = __str__ = __format__ = _text
    # Without these Python would put another array in the place of one that is changed in place.
    __matmul__ = __rmatmul__ = __imatmul__ = _unknown("@")
    __mod__ = __rmod__ = __imod__ = _unknown("%")
    __floordiv__ = __rfloordiv__ = __ifloordiv__ = _unknown("//")
    __xor__ = __rxor__ = __ixor__ = _unknown("^")
    __rpow__ = _unknown("**")
    __add__, __radd__, __iadd__ = _operators("add")
    __sub__, __rsub__, __isub__ = _operators("subtract")
    __mul__, __rmul__, __imul__ = _operators("multiply")
    __truediv__, __rtruediv__, __itruediv__ = _operators("divide")
    __neg__, __abs__, __invert__ = _unary("negative"), _unary("absolute"), _unary("invert")
    __and__ = __rand__ = _of_bits("bitwise_and")
    __or__ = __ror__ = _of_bits("bitwise_or")
    __iand__, __ior__ = _in_place(_of_bits("bitwise_and")), _in_place(_of_bits("bitwise_or"))
    __lt__, __le__, __gt__, __ge__ = map(_binary, ("less", "less_equal", "greater", "greater_equal"))
    __eq__, __ne__ = _binary("equal"), _binary("not_equal")
