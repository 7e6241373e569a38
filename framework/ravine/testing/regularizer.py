"""Promises of a regularizer: weights are drawn towards 0, by a penalty with its derivative or by themselves."""

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
    return w + 0.05 * np.sign(w)  # a penalty may have a kink at 0


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
    """What is added to the gradient is the derivative of the penalty."""
    w = _weights()
    direction = rng(2).normal(size=w.shape)
    numeric = directional(lambda: regularizer.penalty(w), w, direction)
    what = "add_gradient (was g rebound, g = g + …, or a factor forgotten?)"
    assert_derivative(what, float(_gradient(regularizer, w) @ direction), numeric)


@only(_adds)
def check_adds_to_the_gradient(regularizer: Regularizer) -> None:
    """The derivative is added to the gradient that is there."""
    w, g = _weights(), rng(3).normal(size=40)
    before, alone = g.copy(), _gradient(regularizer, w)
    regularizer.add_gradient(w, g)
    assert np.allclose(g, before + alone, rtol=1e-12, atol=1e-12), (
        "add_gradient overwrites g, where the loss's gradient is: add to it, g += …"
    )


def check_spares_the_weights(regularizer: Regularizer) -> None:
    """The penalty and its derivative only read the weights."""
    w = _weights()
    regularizer.penalty(w)
    assert (w == _weights()).all(), "penalty wrote into w: work on a new array"
    regularizer.add_gradient(w, np.zeros_like(w))
    assert (w == _weights()).all(), "add_gradient wrote into w: write g, or shrink w in shrink"


def check_penalty_is_a_number(regularizer: Regularizer) -> None:
    """The penalty is a Python float, finite and at least 0, of float32 weights too."""
    for w in (_weights(), _weights().astype(np.float32)):
        value = regularizer.penalty(w)
        assert type(value) is float, (
            f"penalty is a {type(value).__name__}: make it a float(…), which lifts no array"
        )
        assert 0 <= value < math.inf, f"penalty is {value}: it is finite and not below 0"


@only(_adds)
def check_gradient_points_away_from_zero(regularizer: Regularizer) -> None:
    """A step against the derivative draws no weight away from 0."""
    w = _weights()
    wrong = int(np.count_nonzero(_gradient(regularizer, w) * w < 0))
    assert not wrong, f"the derivative draws {wrong} of {len(w)} weights away from 0: is its sign right?"


@only(_shrinks)
def check_shrinks_in_place(regularizer: Regularizer) -> None:
    """Weights are shrunk in the array that is given."""
    assert (_shrunk(regularizer, _weights()) != _weights()).any(), (
        "shrink changes no weight: was w rebound (w = …) instead of written (w *= …)?"
    )


@only(_shrinks)
def check_shrinks_towards_zero(regularizer: Regularizer) -> None:
    """No weight grows or changes its sign by being shrunk."""
    w = _weights()
    shrunk = _shrunk(regularizer, w)
    wrong = int(np.count_nonzero((np.abs(shrunk) > np.abs(w)) | (shrunk * w < 0)))
    assert not wrong, (
        f"shrink makes {wrong} of {len(w)} weights larger, or of the other sign: is its sign right?"
    )


@only(_shrinks)
def check_shrinks_with_the_rate(regularizer: Regularizer) -> None:
    """With a learning rate of 0 nothing shrinks, with half of it less."""
    w = _weights()
    still, less, more = (np.abs(w - _shrunk(regularizer, w, lr)).sum() for lr in (0.0, RATE / 2, RATE))
    assert still == 0, "weights shrink with lr = 0: what is taken away is multiplied by lr"
    assert less < more or more == 0, (
        f"half the learning rate takes {less / more:.4g} times as much: what is taken away is multiplied by lr"
    )


def check_works_in_one_way(regularizer: Regularizer) -> None:
    """It has a penalty, or it shrinks weights, and not both."""
    w = _weights()
    coupled = regularizer.penalty(w) != 0 or _gradient(regularizer, w).any()
    assert not (coupled and (_shrunk(regularizer, w) != w).any()), (
        "weights are drawn to 0 twice, by a penalty and by shrink: make two components of it"
    )


def check_leaves_zeros_alone(regularizer: Regularizer) -> None:
    """Weights that are 0 have no derivative and stay."""
    w = np.zeros(3)
    with np.errstate(all="ignore"):
        g, shrunk = _gradient(regularizer, w), _shrunk(regularizer, w)
    assert (g == 0).all(), f"where w = 0 the derivative is {g}: take 0 there, as np.sign(w) does"
    assert (shrunk == 0).all(), f"shrink makes {shrunk} of weights that are 0"


def check_takes_no_weights(regularizer: Regularizer) -> None:
    """Where no weight decays, as on a surface, the penalty is 0."""
    w = np.zeros(0)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = regularizer.penalty(w)
        regularizer.add_gradient(w, np.zeros(0))
        regularizer.shrink(w, RATE)
    assert value == 0, f"the penalty of no weights is {value}: a sum is 0 then, a mean is not"


def check_keeps_its_type(regularizer: Regularizer) -> None:
    """Weights in float32 are computed with in float32."""
    (w, g), seen = spied(_weights().astype(np.float32), np.ones(40, np.float32))
    regularizer.add_gradient(w, g)
    regularizer.shrink(w, RATE)
    assert not seen, (
        f"{seen[0]} where w is float32: np.float64 numbers, as np.sqrt(2) gives them, lift arrays; "
        "math.sqrt(2) does not"
    )


def check_is_deterministic(regularizer: Regularizer) -> None:
    """The same weights give the same penalty and the same bits."""
    assert _all(regularizer) == _all(regularizer), (
        "asked twice about the same weights it does two things: chance, or the past, joins in"
    )


def check_draws_nothing_global(regularizer: Regularizer) -> None:
    """No global random number is drawn."""
    with same_chance():
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
