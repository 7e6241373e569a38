"""Promises of a regularizer: weights move towards 0, by a penalty with its derivative or by shrinking."""

from __future__ import annotations

import math
import warnings

import numpy as np

from ravine.base.types import Array
from ravine.contracts.regularizer import Regularizer
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


def _weights() -> Array:
    w = rng(1).normal(size=40)
    # Away from 0, where a penalty may have a kink.
    return w + 0.05 * np.sign(w)


def _gradient(regularizer: Regularizer, w: Array) -> Array:
    g = np.zeros_like(w)
    regularizer.add_gradient(w.copy(), g)
    return g


def _shrunk(regularizer: Regularizer, w: Array, lr: float = RATE) -> Array:
    w = w.copy()
    regularizer.shrink(w, lr)
    return w


def _all(regularizer: Regularizer) -> tuple[float, bytes, bytes]:
    w = _weights()
    return regularizer.penalty(w), _gradient(regularizer, w).tobytes(), _shrunk(regularizer, w).tobytes()


def _overrides(name: str, regularizer: Regularizer) -> bool:
    return getattr(type(regularizer), name) is not getattr(Regularizer, name)


def _shrinks(regularizer: Regularizer) -> bool:
    return _overrides("shrink", regularizer)


def _adds(regularizer: Regularizer) -> bool:
    return _overrides("add_gradient", regularizer)


def check_gradient_is_the_derivative(regularizer: Regularizer) -> None:
    """``add_gradient`` adds the derivative of the penalty."""
    w = _weights()
    direction = rng(2).normal(size=w.shape)
    numeric = directional(lambda: regularizer.penalty(w), w, direction)
    what = "add_gradient (was g rebound, g = g + …, or a factor forgotten?)"
    assert_derivative(what, float(_gradient(regularizer, w) @ direction), numeric)


@only(_adds)
def check_adds_to_the_gradient(regularizer: Regularizer) -> None:
    """The derivative is added to the gradient of the loss, which is in ``g`` already."""
    w, g = _weights(), rng(3).normal(size=40)
    before, alone = g.copy(), _gradient(regularizer, w)
    regularizer.add_gradient(w, g)
    assert np.allclose(g, before + alone, rtol=1e-12, atol=1e-12), (
        "add_gradient overwrites g, which has the gradient of the loss: add to it, g += …"
    )


def check_spares_the_weights(regularizer: Regularizer) -> None:
    """The penalty and its derivative do not change the weights."""
    w = _weights()
    regularizer.penalty(w)
    assert (w == _weights()).all(), "penalty changed w: work on a new array"
    regularizer.add_gradient(w, np.zeros_like(w))
    assert (w == _weights()).all(), "add_gradient changed w: change g, or change w in shrink"


def check_penalty_is_a_number(regularizer: Regularizer) -> None:
    """The penalty is a Python float, finite and at least 0, also for weights in float32."""
    for w in (_weights(), _weights().astype(np.float32)):
        value = regularizer.penalty(w)
        assert type(value) is float, (
            f"penalty is a {type(value).__name__}: make it a float(…), which keeps arrays in float32"
        )
        assert 0 <= value < math.inf, f"penalty is {value}: it must be finite and not below 0"


@only(_adds)
def check_gradient_points_away_from_zero(regularizer: Regularizer) -> None:
    """A step against the derivative moves no weight away from 0."""
    w = _weights()
    wrong = int(np.count_nonzero(_gradient(regularizer, w) * w < 0))
    assert not wrong, f"the derivative moves {wrong} of {len(w)} weights away from 0: is its sign right?"


@only(_shrinks)
def check_shrinks_in_place(regularizer: Regularizer) -> None:
    """Weights are shrunk in place."""
    assert (_shrunk(regularizer, _weights()) != _weights()).any(), (
        "shrink changes no weight: was w rebound (w = …) instead of changed (w *= …)?"
    )


@only(_shrinks)
def check_shrinks_towards_zero(regularizer: Regularizer) -> None:
    """Shrinking makes no weight larger, and changes no sign."""
    w = _weights()
    shrunk = _shrunk(regularizer, w)
    wrong = int(np.count_nonzero((np.abs(shrunk) > np.abs(w)) | (shrunk * w < 0)))
    assert not wrong, (
        f"shrink makes {wrong} of {len(w)} weights larger, or changes their sign: is its own sign right?"
    )


@only(_shrinks)
def check_shrinks_with_the_rate(regularizer: Regularizer) -> None:
    """With a learning rate of 0 nothing shrinks, with half the rate weights shrink less."""
    w = _weights()
    still, less, more = (np.abs(w - _shrunk(regularizer, w, lr)).sum() for lr in (0.0, RATE / 2, RATE))
    assert still == 0, "weights shrink with lr = 0: multiply what you subtract by lr"
    assert less < more or more == 0, (
        f"half the learning rate shrinks weights {less / more:.4g} times as much: multiply what you subtract "
        "by lr"
    )


def check_works_in_one_way(regularizer: Regularizer) -> None:
    """It has a penalty, or it shrinks weights, but not both."""
    w = _weights()
    coupled = regularizer.penalty(w) != 0 or _gradient(regularizer, w).any()
    assert not (coupled and (_shrunk(regularizer, w) != w).any()), (
        "it has both a penalty and shrink: make two components of it"
    )


def check_leaves_zeros_alone(regularizer: Regularizer) -> None:
    """Weights that are 0 stay 0, and the derivative there is 0."""
    w = np.zeros(3)
    with np.errstate(all="ignore"):
        g, shrunk = _gradient(regularizer, w), _shrunk(regularizer, w)
    assert (g == 0).all(), f"at w = 0 the derivative is {g}: return 0 there, as np.sign(w) does"
    assert (shrunk == 0).all(), f"shrink changes weights from 0 to {shrunk}"


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
    (w, g), seen = spied(_weights().astype(np.float32), np.ones(40, np.float32))
    regularizer.add_gradient(w, g)
    regularizer.shrink(w, RATE)
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
    check_takes_no_weights,
    check_keeps_its_type,
    check_is_deterministic,
    check_draws_nothing_global,
    check_keeps_nothing_in_itself,
]
