"""Promises of a function: right gradients on average, chance from its streams only, and a right minimum."""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.function import Function
from ravine.testing.numerics import (
    PRECISION,
    assert_keeps_nothing,
    only,
    only_given_chance,
    rng,
    spied,
)

SAMPLES = 200
"""Samples of a function with noise."""

ERRORS = 6
"""How many standard errors the mean of samples may be from what it should be."""

STEP = 1e-5
"""Step of central differences, as a part of the length of the parameters."""


def _data(function: Function, seed: int = 1) -> dict[str, Array]:
    return {name: np.array(array) for name, array in function.data(rng(seed)).items()}


def _start(function: Function, data: Mapping[str, Array], seed: int = 2) -> dict[str, Array]:
    begun = function.start(SimpleNamespace(**data), rng(seed))
    return {name: np.array(array, dtype=np.float64) for name, array in begun.items()}


def _moved(p: Mapping[str, Array], direction: Mapping[str, Array], length: float) -> dict[str, Array]:
    return {name: array + length * direction[name] for name, array in p.items()}


def _direction(p: Mapping[str, Array], seed: int) -> dict[str, Array]:
    """Return a direction of length 1, the same every time."""
    chance = rng(seed)
    drawn = {name: chance.standard_normal(array.shape) for name, array in p.items()}
    length = math.sqrt(_along(drawn, drawn))
    return {name: array / length for name, array in drawn.items()}


def _along(g: Mapping[str, Array], direction: Mapping[str, Array]) -> float:
    return float(sum(np.sum(g[name] * direction[name]) for name in direction))


def _size(p: Mapping[str, Array]) -> float:
    """Return the length of the parameters, or 1 if that is more."""
    return max(1.0, math.sqrt(_along(p, p)))


def _points(function: Function, data: Mapping[str, Array]) -> list[dict[str, Array]]:
    """Return the start, and a point beside it, where no derivative is 0 by symmetry."""
    start = _start(function, data)
    return [start, _moved(start, _direction(start, 3), 0.1 * _size(start))]


def _value(function: Function, p: Mapping[str, Array], data: Mapping[str, Array]) -> float:
    return function.value(SimpleNamespace(**p), SimpleNamespace(**data))


def _sample(
    function: Function, p: Mapping[str, Array], data: Mapping[str, Array], chance: np.random.Generator
) -> tuple[float, Mapping[str, Array]]:
    return function.sample(SimpleNamespace(**p), SimpleNamespace(**data), chance)


def _slope(
    function: Function, p: Mapping[str, Array], data: Mapping[str, Array], direction: Mapping[str, Array]
) -> float:
    """Return the derivative of the value along a direction, by central differences."""
    h = STEP * _size(p)
    above, below = (_value(function, _moved(p, direction, side * h), data) for side in (1, -1))
    return (above - below) / (2 * h)


def _bits(arrays: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: np.asarray(array).tobytes() for name, array in arrays.items()}


def _has_noise(function: Function) -> bool:
    data = _data(function)
    p = _points(function, data)[1]
    one, other = (_sample(function, p, data, rng(seed)) for seed in (4, 5))
    return (one[0], _bits(one[1])) != (other[0], _bits(other[1]))


def _has_none(function: Function) -> bool:
    return not _has_noise(function)


def _has_a_minimum(function: Function) -> bool:
    return function.minimum(SimpleNamespace(**_data(function))) is not None


def check_starts_with_numbers(function: Function) -> None:
    """The start is arrays of finite numbers, by names that are Python words."""
    given: Any = function.start(SimpleNamespace(**_data(function)), rng(2))
    assert isinstance(given, Mapping), f'start returned a {type(given).__name__}: return {{"x": array}}'
    for name, array in given.items():
        assert isinstance(name, str), f"start returned the name {name!r}: a name is text"
        usable = name.isidentifier() and not keyword.iskeyword(name)
        assert usable, f"start returned the name {name!r}: it must be usable as p.{name}"
        finite = isinstance(array, np.ndarray) and array.dtype.kind in "fiu" and np.isfinite(array).all()
        assert finite, f"start: {name} is {array!r:.80}: return an array of finite numbers"
    assert sum(array.size for array in given.values()), (
        "start returned no numbers: there is nothing to minimise"
    )


def check_value_is_a_number(function: Function) -> None:
    """The value is a Python number, and finite at the start."""
    data = _data(function)
    for p in _points(function, data):
        given = _value(function, p, data)
        assert type(given) is float, f"value returned a {type(given).__name__}: return float(…)"
        assert math.isfinite(given), f"value is {given} at the start, or near it"


def check_samples_a_loss_and_its_gradient(function: Function) -> None:
    """A sample is a Python number and, for each of the parameters, an array of its shape."""
    data = _data(function)
    for p in _points(function, data):
        given: Any = _sample(function, p, data, rng(4))
        assert isinstance(given, tuple), f"sample returned a {type(given).__name__}: return loss, gradient"
        loss, g = given
        assert type(loss) is float, f"the loss is a {type(loss).__name__}: return float(…)"
        assert math.isfinite(loss), f"the loss is {loss} at the start, or near it"
        assert isinstance(g, Mapping), f"the gradient is a {type(g).__name__}: return arrays by name"
        seen = {name: np.shape(array) for name, array in g.items()}
        shapes = {name: array.shape for name, array in p.items()}
        assert seen == shapes, f"the gradient has {seen}, and the parameters are {shapes}"
        for name, array in g.items():
            assert np.isfinite(array).all(), f"the gradient of {name} is not finite at the start, or near it"


@only(_has_none)
def check_gradient_is_the_derivative(function: Function) -> None:
    """Without noise the loss is the value, and the gradient its derivative."""
    data = _data(function)
    for p in _points(function, data):
        loss, g = _sample(function, p, data, rng(4))
        value = _value(function, p, data)
        assert math.isclose(loss, value, rel_tol=1e-9, abs_tol=1e-12), f"the loss is {loss}, the value {value}"
        steep = math.sqrt(_along(g, g))
        for seed in range(10, 14):
            direction = _direction(p, seed)
            seen, numeric = _along(g, direction), _slope(function, p, data, direction)
            assert abs(seen - numeric) <= PRECISION * max(steep, abs(numeric)), (
                f"along a random direction the gradient is {seen:.9g}, but by central differences of the value "
                f"it is {numeric:.9g}"
            )


@only(_has_noise)
def check_samples_are_right_on_average(function: Function) -> None:
    """With noise the means of losses and gradients are the value and its gradient."""
    data = _data(function)
    p = _points(function, data)[1]
    chance = rng(4)
    samples = [_sample(function, p, data, chance) for _ in range(SAMPLES)]
    _assert_mean("the loss", [loss for loss, _ in samples], _value(function, p, data))
    for seed in range(10, 14):
        direction = _direction(p, seed)
        seen = [_along(g, direction) for _, g in samples]
        _assert_mean("the gradient along a random direction", seen, _slope(function, p, data, direction))


def _assert_mean(what: str, seen: list[float], expected: float) -> None:
    mean, error = float(np.mean(seen)), float(np.std(seen, ddof=1)) / math.sqrt(len(seen))
    assert abs(mean - expected) <= ERRORS * error + PRECISION * abs(expected), (
        f"{what} is {mean:.6g} in the mean of {len(seen)} samples, with a standard error of {error:.2g}, but "
        f"that of the value is {expected:.6g}: is the noise without a mean, and is the batch's mean taken?"
    )


def check_is_deterministic(function: Function) -> None:
    """The same streams give the same bits: of data, start, value and sample."""

    def all_of_it() -> tuple[Any, ...]:
        data = _data(function)
        p = _points(function, data)[1]
        loss, g = _sample(function, p, data, rng(4))
        return _bits(data), _bits(p), _value(function, p, data), loss, _bits(g)

    for what, one, other in zip(
        ("data", "start", "value", "loss", "gradient"), all_of_it(), all_of_it(), strict=True
    ):
        assert one == other, (
            f"two calls with the same stream differ in the {what}: draw from the given rng only"
        )


def check_draws_alike_everywhere(function: Function) -> None:
    """How much a sample draws does not depend on the parameters, so that runs can be compared in pairs."""
    data = _data(function)
    start, beside = _points(function, data)
    places = [start, beside, _moved(start, _direction(start, 6), 10 * _size(start))]
    after = []
    for p in places:
        chance = rng(4)
        with np.errstate(all="ignore"):
            _sample(function, p, data, chance)
        after.append(str(chance.bit_generator.state))
    assert len({*after}) == 1, (
        "how much is drawn depends on the parameters: two optimizers would not see the same noise"
    )


def check_spares_what_it_gets(function: Function) -> None:
    """Parameters and data are not changed."""
    methods: dict[str, Callable[..., object]] = {
        "value": lambda p, data: _value(function, p, data),
        "sample": lambda p, data: _sample(function, p, data, rng(4)),
        "start": lambda _, data: function.start(SimpleNamespace(**data), rng(2)),
        "minimum": lambda _, data: function.minimum(SimpleNamespace(**data)),
    }
    for method, call in methods.items():
        data = _data(function)
        p = _points(function, data)[1]
        before = _bits(p) | {f"data.{name}": bits for name, bits in _bits(data).items()}
        call(p, data)
        after = _bits(p) | {f"data.{name}": bits for name, bits in _bits(data).items()}
        changed = [name for name in before if before[name] != after[name]]
        assert not changed, f"{method} changed {', '.join(changed)}: work on a new array"


def check_keeps_its_type(function: Function) -> None:
    """A gradient of parameters in float32 is in float32, and so are all steps to it."""
    made = _data(function)
    data = {n: a.astype(np.float32) if a.dtype.kind == "f" else a for n, a in made.items()}
    p = {name: array.astype(np.float32) for name, array in _points(function, made)[1].items()}
    arrays, seen = spied(*p.values(), *data.values())
    watched = dict(zip(p, arrays, strict=False)), dict(zip(data, arrays[len(p) :], strict=True))
    _, g = _sample(function, *watched, rng(4))
    seen.extend(f"the gradient of {name} is in {a.dtype}" for name, a in g.items() if a.dtype != np.float32)
    assert not seen, (
        f"{seen[0]} but the parameters are float32: np.float64 numbers like np.sqrt(2) and numbers that are "
        "drawn turn arrays into float64; math.sqrt(2) does not, and draws have .astype(p.x.dtype)"
    )


def check_can_leave_its_start(function: Function) -> None:
    """At the start the gradient of the value is not 0."""
    data = _data(function)
    p = _start(function, data)
    slopes = [_slope(function, p, data, _direction(p, seed)) for seed in range(10, 14)]
    assert any(slopes), "at the start the gradient is 0: nothing would move, begin at a point close to it"


@only(_has_a_minimum)
def check_minimum_is_the_lowest_point(function: Function) -> None:
    """The minimum has the names and shapes of the parameters, and no point that is tried is lower."""
    data = _data(function)
    start = _start(function, data)
    given: Any = function.minimum(SimpleNamespace(**data))
    shapes = {name: np.shape(array) for name, array in given.items()}
    assert shapes == {name: array.shape for name, array in start.items()}, f"the minimum has {shapes}"
    there = {name: np.array(array, dtype=np.float64) for name, array in given.items()}
    lowest, apart = _value(function, there, data), {name: start[name] - there[name] for name in there}
    scale = abs(_value(function, start, data) - lowest)
    tried = [_moved(there, apart, part) for part in (1e-3, 0.1, 0.5, 1.0)]
    tried += [
        _moved(there, _direction(there, seed), side * length)
        for seed in range(10, 20)
        for length in (1e-4, 1e-2, 1.0)
        for side in (1, -1)
    ]
    for p in tried:
        value = _value(function, p, data)
        assert not value < lowest - 1e-9 * scale, (
            f"the value at the minimum is {lowest:.9g}, and {value:.9g} at another point: give the "
            "global minimum"
        )


@only(_has_a_minimum)
def check_minimum_is_stationary(function: Function) -> None:
    """At the minimum the gradient of the value is 0."""
    data = _data(function)
    start = _start(function, data)
    given: Any = function.minimum(SimpleNamespace(**data))
    there = {name: np.array(given[name], dtype=np.float64) for name in start}
    directions = [_direction(start, seed) for seed in range(10, 14)]
    at, before = (max(abs(_slope(function, p, data, way)) for way in directions) for p in (there, start))
    assert at <= 1e-4 * before, (
        f"at the minimum the derivative along a random direction is {at:.6g}, and {before:.6g} at the start: "
        "give the minimum with all its digits"
    )


def check_draws_only_from_its_streams(function: Function) -> None:
    """No random number is drawn but from the streams that are given."""
    with only_given_chance(function):
        data = _data(function)
        for p in _points(function, data):
            _value(function, p, data)
            _sample(function, p, data, rng(4))
        function.minimum(SimpleNamespace(**data))


def check_keeps_nothing_in_itself(function: Function) -> None:
    """No method changes anything in the component or its class."""

    def act() -> None:
        data = _data(function, seed=8)
        p = _start(function, data, seed=9)
        _value(function, p, data)
        _sample(function, p, data, rng(8))
        function.minimum(SimpleNamespace(**data))

    assert_keeps_nothing(function, act)


CHECKS = [
    check_starts_with_numbers,
    check_value_is_a_number,
    check_samples_a_loss_and_its_gradient,
    check_gradient_is_the_derivative,
    check_samples_are_right_on_average,
    check_is_deterministic,
    check_draws_alike_everywhere,
    check_spares_what_it_gets,
    check_keeps_its_type,
    check_can_leave_its_start,
    check_minimum_is_the_lowest_point,
    check_minimum_is_stationary,
    check_draws_only_from_its_streams,
    check_keeps_nothing_in_itself,
]
