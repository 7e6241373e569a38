"""Promises of an initializer: a new array, with the paper's standard deviation, from the given stream."""

from __future__ import annotations

import math

import numpy as np

from ravine.base.types import Array
from ravine.contracts.initializer import Initializer, draw
from ravine.contracts.layer import Axis
from ravine.contracts.rule import Place
from ravine.testing.numerics import assert_keeps_nothing, meant, only, only_given_chance, rng

FANS = ((400, 100), (100, 400), (250, 250))
"""Fan in and fan out of weights for statistics: they have enough numbers for a precision of 1 %."""

WIDTH = 0.02
"""Relative error that is accepted; it is larger than that of the standard deviation of so many numbers."""

DRAWS = 64
"""Most draws for a standard deviation; many are needed if it depends on rare large numbers."""


def _sample(
    initializer: Initializer, stream: np.random.Generator, shape: tuple[int, ...], *fans: *tuple[int, int]
) -> Array:
    axes: tuple[Axis, ...] = ("in", "out") if len(shape) == 2 else ()
    # What the axes are agrees with the fans.
    if shape == fans[::-1] != fans:
        axes = ("out", "in")
    drawn: Array = draw(initializer, stream, fans, Place("2.kit.W", shape, "hidden", 1, 3, 1.0, axes))
    return drawn


def _draw(
    initializer: Initializer, shape: tuple[int, ...], fans: tuple[int, int] = (400, 100), seed: int = 7
) -> Array:
    return _sample(initializer, rng(seed), shape, *fans)


def _has_chance(initializer: Initializer) -> bool:
    """Whether it draws: weights may all be equal, or otherwise fixed."""
    stream = rng()
    _sample(initializer, stream, (400, 100), 400, 100)
    return stream.bit_generator.state != rng().bit_generator.state


def _refuses(initializer: Initializer, shape: tuple[int, ...]) -> bool:
    """Whether it says that it does not draw weights of such a shape, which is not that of a matrix."""
    try:
        _draw(initializer, shape)
    except ValueError as error:
        return len(shape) != 2 and meant(error, initializer)
    return False


def _assert_std(initializer: Initializer, shape: tuple[int, ...], fans: tuple[int, int], advice: str) -> None:
    expected, stream = initializer.std_for(*fans), rng()
    draws = [_sample(initializer, stream, shape, *fans)]
    while 5 * _error_of_std(draws) > WIDTH and len(draws) < DRAWS:
        draws += [_sample(initializer, stream, shape, *fans) for _ in draws]
    w, width = np.stack(draws), max(WIDTH, 5 * _error_of_std(draws))
    seen = float(w.std())
    assert abs(seen - expected) <= width * expected + 1e-9 * np.abs(w).max(), (
        f"std_for{fans} is {expected:.6g}, and a draw of shape {shape} has {seen:.6g}, "
        f"{seen / expected if expected else math.inf:.4g} times that: {advice}"
    )


def _error_of_std(draws: list[Array]) -> float:
    """Return the relative standard error of the standard deviation of draws, from their fourth moment."""
    w = np.stack(draws)
    squares = np.square(w - w.mean())
    variance = float(squares.mean())
    return float(squares.std()) / variance / 2 / w.size**0.5 if variance else 0.0


def check_has_the_shape_asked_for(initializer: Initializer) -> None:
    """A draw has the shape that is asked for; if it is not that of a matrix, a ValueError may refuse it."""
    for shape in ((6,), (6, 8), (8, 3, 5, 5)):
        if _refuses(initializer, shape):
            continue
        w = _draw(initializer, shape)
        assert np.shape(w) == shape, f"the draw for shape {shape} has shape {np.shape(w)}: draw with size=shape"


def check_gives_float64(initializer: Initializer) -> None:
    """A draw is in float64, so that float32 and float64 runs start alike."""
    w = _draw(initializer, (6, 8))
    assert isinstance(w, np.ndarray), f"sample gives {type(w).__name__}, not an array"
    assert w.dtype == np.float64, f"a draw is in {w.dtype}: leave the rounding to the engine"


def check_states_its_spread(initializer: Initializer) -> None:
    """Standard deviation and mean are finite numbers for all fans, and the first is at least 0."""
    for fans in ((1, 1), (1, 1000), (1000, 1), *FANS):
        for name, value in (("std_for", initializer.std_for(*fans)), ("mean_for", initializer.mean_for(*fans))):
            finite = isinstance(value, float | int) and math.isfinite(value)
            assert finite and (name == "mean_for" or value >= 0), (  # noqa: PT018 - one promise
                f"{name}{fans} is {value!r}: it must be a finite number, at least 0 for a standard deviation"
            )


def check_has_the_stated_width(initializer: Initializer) -> None:
    """A draw has the stated standard deviation, for more, fewer and as many inputs as outputs."""
    for fans in FANS:
        _assert_std(
            initializer,
            fans,
            fans,
            "0.71 or 1.41 means a wrong factor 2 in the variance, 0.58 a standard deviation used as the limit "
            "of a uniform distribution, 0.88 a distribution cut off at two standard deviations",
        )


def check_has_the_stated_mean(initializer: Initializer) -> None:
    """A draw has the stated mean."""
    for fans in FANS:
        w, expected = _draw(initializer, fans, fans), initializer.mean_for(*fans)
        apart = abs(float(w.mean()) - expected)
        assert apart <= WIDTH * initializer.std_for(*fans) + 1e-9 * abs(expected), (
            f"mean_for{fans} is {expected:.6g}, and a draw has {w.mean():.6g}: centre the distribution, or "
            "override mean_for"
        )


def check_reads_fans_and_not_the_shape(initializer: Initializer) -> None:
    """The standard deviation depends on the fans, not on the shape."""
    for shape in ((400, 100), (100, 400), (40_000,), (16, 10, 25, 10)):
        if _refuses(initializer, shape):
            continue
        advice = "use the arguments fan_in and fan_out, and guess nothing from shape"
        _assert_std(initializer, shape, (400, 100), advice)


def check_is_finite(initializer: Initializer) -> None:
    """Every number of a draw is finite, also for a layer of one unit and one input."""
    for fans in ((1, 1), (1, 1000), (1000, 1)):
        with np.errstate(all="ignore"):
            w = _draw(initializer, fans, fans)
        bad = int(np.count_nonzero(~np.isfinite(w)))
        assert not bad, (
            f"{bad} of {math.prod(fans)} numbers are not finite for fan in {fans[0]}, fan out {fans[1]}"
        )


def check_is_deterministic(initializer: Initializer) -> None:
    """The same stream gives the same bits."""
    first, second = (_draw(initializer, (6, 8)) for _ in range(2))
    assert first.tobytes() == second.tobytes(), (
        "two draws from streams with the same seed differ: draw from the rng that is given, and keep nothing"
    )


@only(_has_chance)
def check_draws_from_the_stream(initializer: Initializer) -> None:
    """A different seed gives different numbers, and so does the next draw from a stream."""
    stream = rng()
    first, second = (_sample(initializer, stream, (400, 100), 400, 100).copy() for _ in range(2))
    other = _draw(initializer, (400, 100), seed=8)
    for what, w in (("the next draw from a stream", second), ("a draw with a different seed", other)):
        assert (w != first).any(), f"{what} is the same as the first: draw from the rng that is given"


def check_draws_nothing_of_its_own(initializer: Initializer) -> None:
    """No global random number is drawn, and no generator is made."""
    with only_given_chance(initializer):
        _draw(initializer, (6, 8))


@only(_has_chance)
def check_makes_units_differ(initializer: Initializer) -> None:
    """If weights are random, no two units start with the same weights."""
    w = _draw(initializer, (40, 30), (40, 30))
    for what, units in (("rows", w), ("columns", w.T)):
        # If few weights are not 0, several units may have none.
        units = units[units.any(axis=1)]
        alike = len(units) - len(np.unique(units, axis=0))
        assert not alike, (
            f"{alike} of {len(units)} {what} are copies of others: units that start alike stay alike"
        )


def check_gives_a_new_array(initializer: Initializer) -> None:
    """A draw is a new array, which the next draw does not change."""
    first, second = (_draw(initializer, (6, 8)) for _ in range(2))
    assert first.flags.writeable, "a draw is a read-only view: make a new array, or copy"
    assert not np.shares_memory(first, second), "two draws share their memory: make a new array every time"


def check_keeps_nothing_in_itself(initializer: Initializer) -> None:
    """A draw changes nothing in the component or its class."""
    assert_keeps_nothing(initializer, lambda: _draw(initializer, (6, 8)))


# ---- weights that settle -------------------------------------------------------------------------------------


def _settles(initializer: Initializer) -> bool:
    return type(initializer).settle is not Initializer.settle


def _settled(initializer: Initializer) -> tuple[Array, Array, int]:
    """Return a weight before and after it has settled as that of a layer of sums, and how often it looked."""
    before = np.array(_draw(initializer, (40, 30), (40, 30)), dtype=np.float32)
    x, w, looks = 3 * rng(5).standard_normal((64, 40), dtype=np.float32), before.copy(), 0

    def outputs() -> Array:
        nonlocal looks
        looks += 1
        return x @ w

    initializer.settle(w, outputs)
    return before, w, looks


@only(_settles)
def check_settles_by_what_it_sees(initializer: Initializer) -> None:
    """A settling initializer looks at the outputs, and writes finite numbers into the weight in place."""
    before, after, looks = _settled(initializer)
    assert looks, (
        "settle does not look at outputs(): if it needs none, let sample draw the weight as it must be"
    )
    assert (before != after).any(), (
        "settle leaves a weight whose outputs are far from 1 as it was: write into it, w /= s, not w = w / s"
    )
    assert np.isfinite(after).all(), "settle leaves numbers that are not finite"


@only(_settles)
def check_settles_alike(initializer: Initializer) -> None:
    """The same weight and outputs settle to the same bits."""
    one, other = _settled(initializer)[1], _settled(initializer)[1]
    assert one.tobytes() == other.tobytes(), (
        "two weights that start alike settle differently: draw nothing there"
    )


CHECKS = [
    check_has_the_shape_asked_for,
    check_gives_float64,
    check_states_its_spread,
    check_has_the_stated_width,
    check_has_the_stated_mean,
    check_reads_fans_and_not_the_shape,
    check_is_finite,
    check_is_deterministic,
    check_draws_from_the_stream,
    check_draws_nothing_of_its_own,
    check_makes_units_differ,
    check_gives_a_new_array,
    check_keeps_nothing_in_itself,
    check_settles_by_what_it_sees,
    check_settles_alike,
]
