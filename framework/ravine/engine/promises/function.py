"""Function: its data, its start and its minimum are arrays by name, and its value and its loss are numbers."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.function import Function
from ravine.engine.promises.values import as_array, is_number, one_line
from ravine.engine.promises.writing import sparing

__all__ = ["begun", "check_finite", "exact", "fits", "lowest", "made", "sampled"]


def made(function: Function, rng: np.random.Generator) -> dict[str, Array]:
    """Return a function's data by name: numbers in float64, or whole ones.

    Raises
    ------
    TypeError
        If it returns anything but arrays of finite numbers by name.
    """
    return _arrays("data", function.data(rng))


def begun(function: Function, data: Any, rng: np.random.Generator) -> dict[str, Array]:
    """Return the arrays at which a function begins, by name.

    Raises
    ------
    TypeError
        If it returns anything but arrays of finite numbers by name, or no numbers.
    """
    start = _arrays("start", function.start(data, rng))
    if not any(array.size for array in start.values()):
        raise TypeError("start returned no numbers, and there is nothing to minimise")
    return start


def lowest(function: Function, data: Any, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array] | None:
    """Return the parameters at a function's minimum, by name; None if it knows none.

    Raises
    ------
    TypeError
        If it returns anything but arrays of finite numbers with these names and shapes.
    """
    given = function.minimum(data)
    if given is None:
        return None
    arrays = _arrays("minimum", given)
    _refuse_others("minimum", {name: array.shape for name, array in arrays.items()}, shapes)
    return arrays


def fits(function: Function, method: str, arrays: Mapping[str, Array], dtype: DTypeLike) -> dict[str, Array]:
    """Return what a function has made in the run's type; whole numbers stay what they are.

    Raises
    ------
    ValueError
        If the type cannot hold a number.
    """
    with np.errstate(over="ignore"):
        typed = {
            name: array.astype(dtype, copy=False) if array.dtype.kind == "f" else array
            for name, array in arrays.items()
        }
    for name, array in typed.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{method}: {name} has numbers that are too large for {np.dtype(dtype).name}")
    return typed


def check_finite(function: Function, what: str, given: float | Array) -> None:
    """Refuse numbers of a function that are not finite where they must be.

    Raises
    ------
    ValueError
        If one is not.
    """
    if not np.isfinite(given).all():
        raise ValueError(f"{what} is not finite")


def exact(function: Function, p: Any, data: Any) -> float:
    """Return a function's value, a number.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("p or data", "value", function.value, p, data)
    if not is_number(given):
        raise TypeError(f"value returned {one_line(given)}, not a number")
    return float(given)


def sampled(
    function: Function, p: Any, data: Any, rng: np.random.Generator, shapes: Mapping[str, tuple[int, ...]]
) -> tuple[float, Mapping[str, Array]]:
    """Return the loss that training sees, a number, and its gradient, arrays of these names and shapes.

    Raises
    ------
    TypeError
        If it returns anything else.
    """
    given: Any = sparing("p or data", "sample", function.sample, p, data, rng)
    if not (isinstance(given, tuple) and len(given) == 2):
        raise TypeError(
            f"sample returned {one_line(given)}, not a loss and its gradient: end it with return loss, g"
        )
    loss, gradient = given
    if not is_number(loss):
        raise TypeError(f"sample returned {one_line(loss)} as the loss, not a number")
    if not isinstance(gradient, Mapping):
        raise TypeError(f"sample returned {one_line(gradient)} as the gradient, not a dict of names and arrays")
    for name, array in gradient.items():
        # What is computed with an array without axes is a number of NumPy's.
        if not isinstance(array, np.ndarray | np.generic) or array.dtype.kind not in "fiu":
            raise TypeError(f"sample: the gradient of {name} is {one_line(array)}, not an array of numbers")
    _refuse_others("sample: the gradient", {name: array.shape for name, array in gradient.items()}, shapes)
    return float(loss), gradient


def _arrays(method: str, given: Any) -> dict[str, Array]:
    """Return what a method of a function has returned, arrays by name."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{method} returned {one_line(given)}, not a dict of names and arrays")
    arrays = {}
    for name, item in given.items():
        if not (isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)):
            raise TypeError(f"{method} returned the name {name!r}, by which p.NAME cannot have it")
        array = as_array(f"{method}: {name}", item)
        arrays[name] = np.array(array, dtype=np.float64 if array.dtype.kind == "f" else None, order="C")
        if not np.isfinite(array).all():
            raise TypeError(f"{method}: {name} has values that are not finite numbers")
    return arrays


def _refuse_others(
    what: str, shapes: Mapping[str, tuple[int, ...]], those: Mapping[str, tuple[int, ...]]
) -> None:
    """Refuse arrays that have not the names and shapes of the parameters."""
    if shapes.keys() != those.keys():
        raise TypeError(f"{what} has {', '.join(shapes) or 'no arrays'}; the parameters are {', '.join(those)}")
    for name, shape in shapes.items():
        if shape != those[name]:
            raise TypeError(f"{what}: {name} has shape {shape}, and the parameter has {those[name]}")
