"""Program: what code does with arrays of many shapes, found by running it once on arrays that take notes.

Beside operations for each element, which the tape knows, a program has calls of NumPy's functions: matrix
products, sums, views. It can be run again as often as these do the same for the same shapes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.fusion.tape import NotFusableError, Operation, Tape, Traced, evaluate, name_of, unknown

__all__ = ["Call", "Decision", "Leaf", "Node", "Program", "Stream", "Symbol", "Value", "at_values", "values_of"]


class Value(NamedTuple):
    """A value of a program, among the operands of a call.

    Parameters
    ----------
    at : int
        Its number.
    """

    at: int


class Leaf(NamedTuple):
    """An array that a program is given.

    Parameters
    ----------
    array : array
        The array; it may be changed.
    """

    array: Array


class Call(NamedTuple):
    """A call of a NumPy function.

    Parameters
    ----------
    function : callable
        The function.
    operands : tuple
        What it gets, with a Value for each array.
    words : mapping of str to Any
        What it gets by name.
    of : int or None
        If its result is a view, the value whose memory it sees.
    draws : bool
        Whether it draws random numbers, and so is called even if nobody needs them. It gets a Stream first.
    """

    function: Callable[..., Any]
    operands: tuple[Any, ...]
    words: Mapping[str, Any]
    of: int | None = None
    draws: bool = False


@dataclass
class Stream:
    """What random numbers are drawn from; there may be another one in each run.

    Parameters
    ----------
    rng : numpy.random.Generator
        The random stream.
    """

    rng: np.random.Generator


class Decision(NamedTuple):
    """Code goes on in a way that depends on a number: a program is this code only as long as it decides so.

    Parameters
    ----------
    of : int
        The value on which it depends.
    decided : bool
        What was decided while notes were taken.
    """

    of: int
    decided: bool


Node: TypeAlias = Leaf | Call | Operation | Decision
"""What makes a value."""


class Program(Tape):
    """Values in the order in which they are made.

    Parameters
    ----------
    rng : numpy.random.Generator
        What random numbers are drawn from.

    Attributes
    ----------
    nodes : list of Node
        What makes each value.
    values : list of array
        The values this time: they tell shapes and types.
    stream : Stream
        What random numbers are drawn from: a copy while notes are taken.
    may_decide : bool
        Whether code may go on in a way that depends on a number.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__((), ())
        self.nodes: list[Node] = []
        self.values: list[Array] = []
        # Nothing is drawn from the stream itself while notes are taken.
        self.stream = Stream(copy.deepcopy(rng))
        self.may_decide = True
        self._seen: set[int] = set()
        self._errors = np.geterr()

    def leaf(self, array: Array, *, may_change: bool) -> Symbol:
        """Return an array that the program is given."""
        return self._made(Leaf(array), array.view(), may_change)

    def write(self, name: str, of: tuple[int, ...], dtype: str) -> Symbol:
        """Write down an operation for each element; return its result."""
        operation = name, of, dtype
        value = evaluate(name, [self.operand_of(at) for at in of], dtype)
        if str(value.dtype) != dtype:
            raise NotFusableError(f"np.{name} of {value.dtype}")
        return self._made(operation, value)

    def operand_of(self, at: int) -> Any:
        """Return a value, or a number in the type in which it is used."""
        return self.values[at] if at >= 0 else np.dtype(self.number_dtypes[-1 - at]).type(self.numbers[-1 - at])

    def apply(self, name: str, *operands: Any) -> Symbol:
        """Write down a function of arrays and numbers; return its result.

        Raises
        ------
        NotFusableError
            If it gets anything else.
        """
        try:
            result = super().apply(name, *operands)
        except NotFusableError:
            return self.call(getattr(np, name), operands)
        assert isinstance(result, Symbol)
        return result

    def call(
        self,
        function: Callable[..., Any],
        operands: Sequence[Any],
        words: Mapping[str, Any] | None = None,
        *,
        draws: bool = False,
    ) -> Symbol:
        """Write down a call of a NumPy function; return its result.

        Raises
        ------
        NotFusableError
            If it gets an array from elsewhere, or does not return one.
        """
        call = Call(function, _noted(tuple(operands), self), _noted(dict(words or {}), self), draws=draws)
        if self._shapes(call):
            raise NotFusableError(f"{_named(call)} whose shape depends on numbers in an array")
        given = at_values(call.operands, self.values), at_values(call.words, self.values)
        value = function(*((self.stream,) if draws else ()), *given[0], **given[1])
        if isinstance(value, np.generic):
            value = np.asarray(value)
        if not isinstance(value, np.ndarray):
            what = "one random number" if draws else f"a {type(value).__name__}"
            raise NotFusableError(f"{_named(call)} that returns {what}")
        for one in values_of(call.operands):
            if np.may_share_memory(value, self.values[one]):
                call = call._replace(of=one)
                self._seen |= {one, len(self.nodes)}
        return self._made(call, value)

    def _shapes(self, call: Call) -> bool:
        """Whether numbers in arrays may decide on the shape of what a call returns, or on what a view sees."""
        if isinstance(call.function, np.ufunc) or call.function in _OF_ARRAYS:
            return False
        kinds = "b" if call.function is _part else "biu"
        # The first operand of a function is the array itself; a random stream has none.
        others = call.operands if call.draws else call.operands[1:]
        words = {word: given for word, given in call.words.items() if word != "where"}
        return any(self.values[at].dtype.kind in kinds for at in values_of([*others, words]))

    def total(self, x: Symbol, dtype: Any) -> Symbol:
        """Write down the sums of columns."""
        kind = str(np.dtype(dtype or x.kind))
        return self.write("sum", (self.operand(x, kind),), kind)

    def decide(self, at: int) -> bool:
        """Write down that what follows depends on a number; return what it is this time."""
        if not self.may_decide:
            raise NotFusableError("what follows depends on numbers in an array")
        decided = bool(self.values[at])
        self._made(Decision(at, decided), self.values[at])
        return decided

    @property
    def form(self) -> Hashable:
        """What is the same for programs that do the same, with the same numbers, on arrays of the same form."""
        arrays = tuple((value.shape, value.strides, value.dtype.str) for value in self.values)
        # As text, in which 1, 1.0 and True differ, and 0 and -0.
        numbers = repr(self.numbers), tuple(self.number_dtypes)
        return tuple(map(_form, self.nodes)), arrays, numbers

    def refuse_change(self, at: int) -> None:
        """Refuse to change an array in place while another one sees its memory."""
        if at in self._seen:
            raise NotFusableError("an array is changed of which another one is a view")

    def is_given(self, at: int) -> bool:
        """Whether a value is an array that the program is given, or a view of one."""
        node = self.nodes[at]
        while isinstance(node, Call) and node.of is not None:
            node = self.nodes[node.of]
        return isinstance(node, Leaf)

    def _made(self, node: Node, value: Array, may_change: bool = True) -> Symbol:
        errors = np.geterr()
        if errors != self._errors and {*errors.values()} != {"ignore"}:
            raise NotFusableError("np.errstate: its errors are not those of a program")
        # A function that changes what it gets is found so, and has changed nothing.
        value.flags.writeable = False
        self.nodes.append(node)
        self.values.append(value)
        return Symbol(self, len(self.nodes) - 1, str(value.dtype), may_change)


def _form(node: Node) -> Hashable:
    if isinstance(node, Leaf):
        return node.array.flags.writeable
    if isinstance(node, Call):
        return node.function, repr(node.operands), repr(dict(node.words)), node.of, node.draws
    return node


def _named(call: Call) -> str:
    if call.function is _part:
        return "a part of an array"
    return f"{'rng' if call.draws else 'np'}.{call.function.__name__}"


def at_values(given: Any, values: Sequence[Any]) -> Any:
    """Return operands with arrays in the place of their numbers."""
    if isinstance(given, Value):
        return values[given.at]
    if isinstance(given, dict):
        return {name: at_values(one, values) for name, one in given.items()}
    if type(given) in (list, tuple):
        return type(given)(at_values(one, values) for one in given)
    return given


def values_of(given: Any) -> list[int]:
    """Return the numbers of the values among operands."""
    if isinstance(given, Value):
        return [given.at]
    inside = given.values() if isinstance(given, dict) else given if type(given) in (list, tuple) else ()
    return [at for one in inside for at in values_of(one)]


# What a call may get beside arrays: it is the same in every step.
_PLAIN = (int, float, bool, str, type(None), slice, type, np.dtype, EllipsisType)


def _noted(given: Any, program: Program) -> Any:
    """Return operands with a Value for every traced array."""
    if isinstance(given, Symbol):
        if given.tape is not program:
            raise NotFusableError("an array of another program")
        return Value(given.at)
    if isinstance(given, dict):
        return {name: _noted(one, program) for name, one in given.items()}
    if type(given) in (list, tuple):
        return type(given)(_noted(one, program) for one in given)
    if not isinstance(given, _PLAIN):
        raise NotFusableError(f"a {type(given).__name__} that is not one of the arguments")
    return given


_OF_COLUMNS = (np.sum, np.mean)
# Functions that take several arrays, and none of these for a shape, an axis, or a number of repetitions.
_OF_ARRAYS = {
    *(np.where, np.clip, np.take, np.take_along_axis, np.einsum, np.tensordot, np.dot, np.outer, np.vdot),
    *(np.inner, np.roll, np.ndarray.take, np.ndarray.clip, np.ndarray.dot),
}
# Functions and methods that return something new or a view, and change nothing.
_FUNCTIONS = {
    *(np.sum, np.mean, np.var, np.std, np.prod, np.max, np.min, np.argmax, np.argmin, np.any, np.all),
    *(np.cumsum, np.einsum, np.tensordot, np.dot, np.outer, np.vdot, np.inner, np.trace, np.sort),
    *(np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.flip),
    *(np.broadcast_to, np.concatenate, np.stack, np.vstack, np.hstack, np.pad, np.repeat, np.tile, np.take),
    *(np.take_along_axis, np.where, np.clip, np.zeros_like, np.ones_like, np.full_like, np.roll),
    np.empty_like,
    np.lib.stride_tricks.sliding_window_view,
}
_METHODS = {
    method.__name__: method
    for method in (
        *(np.ndarray.var, np.ndarray.std, np.ndarray.prod, np.ndarray.max, np.ndarray.min, np.ndarray.cumsum),
        *(np.ndarray.argmax, np.ndarray.argmin, np.ndarray.dot, np.ndarray.any, np.ndarray.all),
        *(np.ndarray.reshape, np.ndarray.ravel, np.ndarray.transpose, np.ndarray.swapaxes, np.ndarray.squeeze),
        *(np.ndarray.repeat, np.ndarray.take, np.ndarray.clip, np.ndarray.round),
    )
}


class Symbol(Traced):
    """An array of a program."""

    __slots__ = ()
    tape: Program

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.tape.values[self.at].shape

    @property
    def strides(self) -> tuple[int, ...]:
        """How its elements lie in memory, in the program too: it is of inputs that lie in one way."""
        return self.tape.values[self.at].strides

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of its elements."""
        return self.tape.values[self.at].size

    @property
    def T(self) -> Symbol:
        """It with its axes in the opposite order."""
        return self.tape.call(np.transpose, (self,))

    def __len__(self) -> int:
        return len(self.tape.values[self.at])

    def __bool__(self) -> bool:
        return self.tape.decide(self.at)

    def put(self, value: Any) -> None:
        """Give all elements other values, as ``x[...] = value`` does."""
        if not self.may_change:
            raise NotFusableError("an array that must not be changed is written to")
        self.tape.refuse_change(self.at)
        # What is given may be changed later, and this has the numbers of now.
        if not (isinstance(value, Symbol) and value.shape == self.shape) or self.tape.is_given(value.at):
            value = self.tape.call(_spread, (value, self.shape, self.dtype))
        self.at = self.tape.operand(value, self.kind)

    def copy(self, order: str = "C") -> Symbol:
        """Return another array with the same elements."""
        return self.tape.call(np.array, (self,), {"order": order})

    def astype(self, dtype: Any, copy: bool = True) -> Symbol:
        """Return an array of another type."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self.copy() if copy else self
        if self.kind in ("float32", "float64", "bool") and str(dtype) in ("float32", "float64"):
            return self.tape.write("cast", (self.at,), str(dtype))
        return self.tape.call(np.ndarray.astype, (self, dtype))

    def __getitem__(self, key: Any) -> Symbol:
        return self.tape.call(_part, (self, key))

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, Symbol) and key.shape == self.shape and not isinstance(value, Symbol):
            value = self.tape.apply("where", key, value, self)
        elif isinstance(key, Symbol) or (key is not Ellipsis and key != slice(None)):
            raise NotFusableError("a part of an array is changed")
        if value is not self:
            self.put(value)

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, out: Any = None, **more: Any) -> Symbol:
        name = name_of(ufunc)
        if method == "__call__" and "where" in more:
            # What it leaves as it was is not known here.
            raise NotFusableError(f"np.{ufunc.__name__} with where")
        if method == "__call__" and name and not more:
            result = self.tape.apply(name, *operands)
        elif method in ("__call__", "reduce", "accumulate", "outer"):
            function = ufunc if method == "__call__" else getattr(ufunc, method)
            result = self.tape.call(function, operands, more)
        else:
            raise NotFusableError(f"np.{ufunc.__name__}.{method}")
        return result if out is None else _into(out[0], result, casts=method == "__call__")

    def __array_function__(self, function: Any, types: Any, operands: Any, more: Any) -> Any:
        if function is np.where and len(operands) == 3 and not more:
            return self.tape.apply("where", *operands)
        if function not in _FUNCTIONS:
            raise NotFusableError(f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1))
        if function in _OF_COLUMNS:
            return getattr(operands[0], function.__name__)(*operands[1:], **more)
        words = dict(more)
        out = words.pop("out", None)
        result = self.tape.call(function, operands, words)
        return result if out is None else _into(out, result)

    def sum(self, axis: Any = None, dtype: Any = None, out: Any = None, **more: Any) -> Symbol:
        """Return sums along an axis."""
        if axis != 0 or more or not self._has_columns:
            return self._reduced("sum", axis, dtype, out, more)
        result = self.tape.total(self, dtype)
        return result if out is None else _into(out, result)

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, **more: Any) -> Symbol:
        """Return means along an axis."""
        if axis != 0 or more or not self._has_columns:
            return self._reduced("mean", axis, dtype, out, more)
        # As NumPy does.
        result = self.tape.apply("divide", self.tape.total(self, dtype), float(len(self)))
        return result if out is None else _into(out, result)

    @property
    def _has_columns(self) -> bool:
        # NumPy adds one column alone in another order.
        value = self.tape.values[self.at]
        is_wide = value.ndim == 2 and value.shape[1] > 1
        return is_wide and self.kind in ("float32", "float64") and value.flags.c_contiguous

    def _reduced(self, name: str, axis: Any, dtype: Any, out: Any, more: Mapping[str, Any]) -> Symbol:
        words = {"axis": axis} | ({} if dtype is None else {"dtype": np.dtype(dtype)}) | dict(more)
        result = self.tape.call(getattr(np.ndarray, name), (self,), words)
        return result if out is None else _into(out, result)

    def __pow__(self, exponent: Any) -> Any:
        if not self.ndim and not self.tape.is_given(self.at):
            raise NotFusableError("a power of one number, which is not computed as one of an array")
        try:
            return super().__pow__(exponent)
        except NotFusableError:
            return self.tape.call(np.power, (self, exponent))

    def __matmul__(self, other: Any) -> Symbol:
        return self.tape.call(np.matmul, (self, other))

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise NotFusableError(unknown(name))

        def method(*operands: Any, out: Any = None, **words: Any) -> Symbol:
            result = self.tape.call(_METHODS[name], (self, *operands), words)
            return result if out is None else _into(out, result)

        return method


def _into(out: Any, result: Symbol, *, casts: bool = False) -> Symbol:
    if not isinstance(out, Symbol) or out.shape != result.shape:
        raise NotFusableError("a result that is written into another array")
    # A sum into an array of a wider type is computed in that type.
    if not (casts or np.promote_types(out.dtype, result.dtype) == result.dtype):
        raise NotFusableError("a result that is written into an array of a wider type")
    out.put(result)
    return out


def _spread(value: Any, shape: tuple[int, ...], dtype: Any, out: Array | None = None) -> Array:
    """Return an array that is filled with a value, by default a new one."""
    out = np.empty(shape, dtype) if out is None else out
    np.copyto(out, value, casting="unsafe")
    return out


def _part(x: Array, key: Any) -> Any:
    return x[key]
