"""Layer: it declares shapes and arrays, and returns its output and a way back."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from numbers import Real
from types import SimpleNamespace
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.composite import Composite
from ravine.contracts.layer import Backward, Layer, ParameterSpec, is_shape
from ravine.engine.promises.values import one_line
from ravine.engine.promises.writing import refuse_writing, to_read

__all__ = ["backward_of", "batch_of", "fault_of_words", "forward_of", "out_shape_of", "specs_of", "words_of"]


def batch_of(layer: Layer, where: str) -> int:
    """Return the fewest examples from which a layer learns.

    Raises
    ------
    TypeError
        If ``min_batch`` is anything but a whole number from 1.
    """
    if not _is_count(given := layer.min_batch):
        raise TypeError(f"layer {where}: min_batch is {one_line(given)}, not a whole number from 1")
    return int(given)


def words_of(layer: Layer, where: str) -> int | None:
    """Return how many whole numbers there are for an input of a layer; None if inputs are any numbers.

    Raises
    ------
    TypeError
        If ``vocabulary`` is anything else.
    """
    given = layer.vocabulary
    if not (given is None or _is_count(given)):
        raise TypeError(f"layer {where}: vocabulary is {one_line(given)}, not a whole number from 1, or None")
    return given


def _is_count(given: Any) -> bool:
    return isinstance(given, int | np.integer) and not isinstance(given, bool) and bool(given >= 1)


def fault_of_words(x: Array, words: int | None) -> str:
    """Return how inputs are not the whole numbers from 0 that there are, ``go from -1 to 3``, or nothing."""
    if words is None:
        return ""
    if x.dtype.kind not in "iu":
        return f"are {x.dtype}"
    if x.size and (x.min() < 0 or x.max() >= words):
        return f"go from {x.min()} to {x.max()}"
    return ""


def out_shape_of(
    layer: Layer, where: str, in_shape: tuple[int, ...], parts: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...]:
    """Return the shape of a layer's outputs, given those of its parts.

    Raises
    ------
    ValueError
        If it does not accept such inputs.
    TypeError
        If it does not return a shape.
    """
    of_parts = isinstance(layer, Composite)
    try:
        shape = layer.joined(in_shape, parts) if isinstance(layer, Composite) else layer.out_shape(in_shape)
    except ValueError as error:
        raise ValueError(f"layer {where}: {error}") from None
    if not is_shape(shape):
        method = "joined" if of_parts else "out_shape"
        raise TypeError(f"layer {where}: {method} returned {shape!r}, not a tuple like (50,) or (1, 28, 28)")
    return shape


def specs_of(layer: Layer, where: str, method: str, in_shape: tuple[int, ...]) -> Mapping[str, ParameterSpec]:
    """Return the arrays that a layer declares with ``parameters`` or ``buffers``.

    Raises
    ------
    TypeError
        If the method does not return ParameterSpecs by name.
    """
    specs = getattr(layer, method)(in_shape)
    if not isinstance(specs, Mapping):
        got = type(specs).__name__
        raise TypeError(f"layer {where}: {method} returned a {got}, not a dict of names and ParameterSpecs")
    for name, spec in specs.items():
        if not (isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)):
            raise TypeError(
                f"layer {where}: {method}: {name!r} is not a name like 'W', which forward finds as p.W"
            )
        if not isinstance(spec, ParameterSpec):
            got = type(spec).__name__
            raise TypeError(f"layer {where}: {method}: {name!r} is a {got}, not a ParameterSpec")
    return specs


def forward_of(
    layer: Layer,
    where: str,
    x: Array,
    p: SimpleNamespace,
    *,
    training: bool,
    rng: np.random.Generator,
    penalties: list[float],
) -> tuple[Array, Backward]:
    """Return a layer's output, and the function for the way back; ``penalties`` gets what it adds to the loss.

    Raises
    ------
    TypeError
        If its ``forward`` returns anything else.
    """
    # The layer before it may keep its output for the way back, and a second gradient needs the first input.
    try:
        returned: Any = layer.forward(to_read(x), p, training=training, rng=rng)
    except ValueError as error:
        refuse_writing(error, f"layer {where}: forward", "x or a parameter in p")
        raise
    if not (isinstance(returned, tuple) and len(returned) in (2, 3) and callable(returned[1])):
        got = type(returned).__name__
        raise TypeError(
            f"layer {where}: forward returned {got}, not output and function: end it with return y, backward"
        )
    y, backward, *penalty = returned
    if not isinstance(y, np.ndarray):
        raise TypeError(f"layer {where}: its output is a {type(y).__name__}, not an array")
    if penalty and training:
        if not isinstance(penalty[0], Real):
            raise TypeError(f"layer {where}: its penalty is {penalty[0]!r}, not a number")
        penalties.append(float(penalty[0]))
    return y, backward


def backward_of(layer: Layer, where: str, backward: Backward, dy: Any, *, need_dx: bool) -> Any:
    """Return the gradient of a layer's input, if it is needed.

    Raises
    ------
    TypeError
        If the function that ``forward`` returned does not return it.
    """
    try:
        dx = backward(to_read(dy)) if need_dx else backward(to_read(dy), need_dx=False)
    except ValueError as error:
        refuse_writing(error, f"layer {where}: backward", "dy")
        raise
    if need_dx and not isinstance(dx, np.ndarray):
        missing = ": is return missing?" if dx is None else ""
        got = "None" if dx is None else f"a {type(dx).__name__}"
        raise TypeError(f"layer {where}: backward returned {got}, not the gradient of x{missing}")
    return dx
