"""Promises of a regularizer: a penalty with its derivative, or shrinking; of weights flat or array by array."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.layer import Axis
from ravine.contracts.regularizer import Regularizer
from ravine.contracts.rule import Place, asks
from ravine.testing.numerics import (
    assert_derivative,
    assert_keeps_nothing,
    directional,
    only,
    rng,
    same_chance,
    spied,
)

RATE = 0.1


_SHAPES: tuple[tuple[tuple[int, ...], tuple[Axis, ...]], ...] = (
    ((8, 5), ("in", "out")),
    ((3, 7), ("in", "out")),
    ((4, 3, 2, 5), ("kernel", "kernel", "in", "out")),
    ((6, 3, 2), ("out", "in", "kernel")),
    ((6, 4), ()),
)
"""Weights that an array of a layer can have, and what their axes are; a matrix is the first."""


def _place(shape: tuple[int, ...], axes: tuple[Axis, ...]) -> Place:
    return Place("2.kit.W", shape, "hidden", 1, 3, 1.0, axes)


_MATRIX = _place(*_SHAPES[0])


def _normal(shape: tuple[int, ...]) -> Array:
    w = rng(1).normal(size=shape)
    # Away from 0, where a penalty may have a kink.
    return w + 0.05 * np.sign(w)


def _weights(regularizer: Regularizer) -> Array:
    return _normal((40,) if _is_flat(regularizer) else _MATRIX.shape)


def _call(regularizer: Regularizer, method: str, *given: Any, place: Place = _MATRIX) -> Any:
    """Call a method, with the place if it asks for it."""
    asked = {"place": place} if asks(type(regularizer), method) else {}
    return getattr(regularizer, method)(*given, **asked)


def _penalty(regularizer: Regularizer, w: Array, place: Place = _MATRIX) -> Any:
    return _call(regularizer, "penalty", w, place=place)


def _gradient(regularizer: Regularizer, w: Array, place: Place = _MATRIX) -> Array:
    g = np.zeros_like(w)
    _call(regularizer, "add_gradient", w.copy(), g, place=place)
    return g


def _shrunk(regularizer: Regularizer, w: Array, lr: float = RATE, place: Place = _MATRIX) -> Array:
    w = w.copy()
    _call(regularizer, "shrink", w, lr, place=place)
    return w


def _all(regularizer: Regularizer) -> tuple[float, bytes, bytes]:
    w = _weights(regularizer)
    return _penalty(regularizer, w), _gradient(regularizer, w).tobytes(), _shrunk(regularizer, w).tobytes()


def _is_flat(regularizer: Regularizer) -> bool:
    return regularizer.sees == "all"


def _is_by_array(regularizer: Regularizer) -> bool:
    return not _is_flat(regularizer)


def _overrides(name: str, regularizer: Regularizer) -> bool:
    return getattr(type(regularizer), name) is not getattr(Regularizer, name)


def _shrinks(regularizer: Regularizer) -> bool:
    return _overrides("shrink", regularizer)


def _adds(regularizer: Regularizer) -> bool:
    return _overrides("add_gradient", regularizer)


def check_gradient_is_the_derivative(regularizer: Regularizer) -> None:
    """``add_gradient`` adds the derivative of the penalty."""
    _assert_gradient(regularizer, _weights(regularizer), _MATRIX)


def _assert_gradient(regularizer: Regularizer, w: Array, place: Place) -> None:
    direction = rng(2).normal(size=w.shape)
    numeric = directional(lambda: _penalty(regularizer, w, place), w, direction)
    what = "add_gradient (was g rebound, g = g + …, or a factor forgotten?)"
    assert_derivative(what, float(np.sum(_gradient(regularizer, w, place) * direction)), numeric)


@only(_adds)
def check_adds_to_the_gradient(regularizer: Regularizer) -> None:
    """The derivative is added to the gradient of the loss, which is in ``g`` already."""
    w = _weights(regularizer)
    g = rng(3).normal(size=w.shape)
    before, alone = g.copy(), _gradient(regularizer, w)
    _call(regularizer, "add_gradient", w, g)
    assert np.allclose(g, before + alone, rtol=1e-12, atol=1e-12), (
        "add_gradient overwrites g, which has the gradient of the loss: add to it, g += …"
    )


def check_spares_the_weights(regularizer: Regularizer) -> None:
    """The penalty and its derivative do not change the weights."""
    w, before = _weights(regularizer), _weights(regularizer)
    _penalty(regularizer, w)
    assert (w == before).all(), "penalty changed w: work on a new array"
    _call(regularizer, "add_gradient", w, np.zeros_like(w))
    assert (w == before).all(), "add_gradient changed w: change g, or change w in shrink"


def check_penalty_is_a_number(regularizer: Regularizer) -> None:
    """The penalty is a Python float, finite and at least 0, also for weights in float32."""
    for dtype in (np.float64, np.float32):
        value = _penalty(regularizer, _weights(regularizer).astype(dtype))
        assert type(value) is float, (
            f"penalty is a {type(value).__name__}: make it a float(…), which keeps arrays in float32"
        )
        assert 0 <= value < math.inf, f"penalty is {value}: it must be finite and not below 0"


def _adds_to_all(regularizer: Regularizer) -> bool:
    return _adds(regularizer) and _is_flat(regularizer)


@only(_adds_to_all)
def check_gradient_points_away_from_zero(regularizer: Regularizer) -> None:
    """A step against the derivative moves no weight away from 0, if each weight counts for itself."""
    w = _weights(regularizer)
    wrong = int(np.count_nonzero(_gradient(regularizer, w) * w < 0))
    assert not wrong, f"the derivative moves {wrong} of {len(w)} weights away from 0: is its sign right?"


@only(_shrinks)
def check_shrinks_in_place(regularizer: Regularizer) -> None:
    """Weights are shrunk in place."""
    w = _weights(regularizer)
    assert (_shrunk(regularizer, w) != w).any(), (
        "shrink changes no weight: was w rebound (w = …) instead of changed (w *= …)?"
    )


@only(_shrinks)
def check_shrinks_towards_zero(regularizer: Regularizer) -> None:
    """Shrinking makes no weight larger, and changes no sign."""
    w = _weights(regularizer)
    shrunk = _shrunk(regularizer, w)
    wrong = int(np.count_nonzero((np.abs(shrunk) > np.abs(w)) | (shrunk * w < 0)))
    assert not wrong, (
        f"shrink makes {wrong} of {w.size} weights larger, or changes their sign: is its own sign right?"
    )


@only(_shrinks)
def check_shrinks_with_the_rate(regularizer: Regularizer) -> None:
    """With a learning rate of 0 nothing shrinks, with half the rate weights shrink less."""
    w = _weights(regularizer)
    still, less, more = (np.abs(w - _shrunk(regularizer, w, lr)).sum() for lr in (0.0, RATE / 2, RATE))
    assert still == 0, "weights shrink with lr = 0: multiply what you subtract by lr"
    assert less < more or more == 0, (
        f"half the learning rate shrinks weights {less / more:.4g} times as much: multiply what you subtract "
        "by lr"
    )


def check_works_in_one_way(regularizer: Regularizer) -> None:
    """It has a penalty, or it shrinks weights, but not both."""
    w = _weights(regularizer)
    coupled = _penalty(regularizer, w) != 0 or _gradient(regularizer, w).any()
    assert not (coupled and (_shrunk(regularizer, w) != w).any()), (
        "it has both a penalty and shrink: make two components of it"
    )


def check_leaves_zeros_alone(regularizer: Regularizer) -> None:
    """Weights that are 0 stay 0, and the derivative there is 0."""
    w = np.zeros_like(_weights(regularizer))
    with np.errstate(all="ignore"):
        g, shrunk = _gradient(regularizer, w), _shrunk(regularizer, w)
    assert (g == 0).all(), f"at w = 0 the derivative is {g.ravel()[:3]}: return 0 there, as np.sign(w) does"
    assert (shrunk == 0).all(), f"shrink changes weights from 0 to {shrunk.ravel()[:3]}"


@only(_is_by_array)
def check_takes_weights_of_every_shape(regularizer: Regularizer) -> None:
    """If it sees arrays, it takes matrices and windows, with more inputs than units or fewer."""
    for shape, axes in _SHAPES:
        w, place = _normal(shape), _place(shape, axes)
        about = f"a weight of shape {shape} with the axes {', '.join(axes) or 'that nobody named'}"
        try:
            value = _penalty(regularizer, w, place)
            shrunk = _shrunk(regularizer, w, place=place)
            _assert_gradient(regularizer, w, place)
        except (ValueError, IndexError, TypeError) as error:
            raise AssertionError(f"{about}: {type(error).__name__}: {error}") from error
        except AssertionError as error:
            raise AssertionError(f"{about}: {error}") from None
        assert 0 <= value < math.inf, f"{about} has the penalty {value}"
        assert np.isfinite(shrunk).all(), f"{about} is shrunk to numbers that are not finite"


@only(_is_by_array)
def check_reads_which_axis_counts_the_units(regularizer: Regularizer) -> None:
    """If it sees arrays, a matrix has the same penalty in whichever order its layer keeps inputs and units."""
    for shape in ((8, 5), (3, 7)):
        w = _normal(shape)
        one, other = _place(shape, ("in", "out")), _place(shape[::-1], ("out", "in"))
        first, second = _penalty(regularizer, w, one), _penalty(regularizer, w.T.copy(), other)
        assert math.isclose(first, second, rel_tol=1e-9), (
            f"the penalty of a matrix with the axes in, out is {first:.6g}, and {second:.6g} with out, in: let "
            "the signature name place, and read place.axes"
        )


@only(_is_flat)
def check_takes_no_weights(regularizer: Regularizer) -> None:
    """If there are no weights, as on a surface, the penalty is 0."""
    w = np.zeros(0)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = regularizer.penalty(w)
        regularizer.add_gradient(w, np.zeros(0))
        regularizer.shrink(w, RATE)
    assert value == 0, f"the penalty without weights is {value}: a sum is 0 then, a mean is not"


def check_keeps_its_type(regularizer: Regularizer) -> None:
    """Computations with weights in float32 are in float32."""
    weights = _weights(regularizer).astype(np.float32)
    (w, g), seen = spied(weights, np.ones_like(weights))
    _call(regularizer, "add_gradient", w, g)
    _call(regularizer, "shrink", w, RATE)
    assert not seen, (
        f"{seen[0]} but w is float32: np.float64 numbers like np.sqrt(2) turn arrays into float64; "
        "math.sqrt(2) does not"
    )


def check_is_deterministic(regularizer: Regularizer) -> None:
    """The same weights give the same penalty and the same bits."""
    assert _all(regularizer) == _all(regularizer), (
        "two calls with the same weights differ: does it depend on randomness, or on earlier calls?"
    )


def check_draws_nothing_global(regularizer: Regularizer) -> None:
    """No global random number is drawn."""
    with same_chance(regularizer):
        _all(regularizer)


def check_keeps_nothing_in_itself(regularizer: Regularizer) -> None:
    """Neither penalty nor derivative nor shrinking changes anything in the component or its class."""
    assert_keeps_nothing(regularizer, lambda: _all(regularizer))


CHECKS = [
    check_gradient_is_the_derivative,
    check_adds_to_the_gradient,
    check_spares_the_weights,
    check_penalty_is_a_number,
    check_gradient_points_away_from_zero,
    check_shrinks_in_place,
    check_shrinks_towards_zero,
    check_shrinks_with_the_rate,
    check_works_in_one_way,
    check_leaves_zeros_alone,
    check_takes_weights_of_every_shape,
    check_reads_which_axis_counts_the_units,
    check_takes_no_weights,
    check_keeps_its_type,
    check_is_deterministic,
    check_draws_nothing_global,
    check_keeps_nothing_in_itself,
]
