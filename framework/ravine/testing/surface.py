"""Promises of a surface: a function with its right gradient, independent points, and right minima."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.surface import Surface
from ravine.testing.numerics import PRECISION, assert_keeps_nothing, only, rng, same_chance, spied

STEP = 1e-6
"""Step of central differences."""

SIDE = 201
"""Points on each side of the grid over the domain, with the corners."""


def _points(surface: Surface, n: int = 50) -> tuple[Array, Array]:
    """Return points in the domain, the same every time."""
    x, y = (rng(axis).uniform(*surface.domain[axis], n) for axis in (0, 1))
    return x, y


def _grid(surface: Surface) -> tuple[Array, Array]:
    x, y = np.meshgrid(*(np.linspace(*ends, SIDE) for ends in surface.domain))
    return x.ravel(), y.ravel()


def _at(points: object) -> tuple[Array, Array]:
    """Return one or many points as arrays of coordinates."""
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    return x, y


def _grid_and_minima(surface: Surface) -> tuple[Array, Array]:
    x, y = (np.append(axis, more) for axis, more in zip(_grid(surface), _at(surface.minima), strict=True))
    return x, y


def _all(surface: Surface, x: Array, y: Array) -> dict[str, Array]:
    """Return value and gradient by name; other checks look at shapes, and at changes of the points."""
    with np.errstate(all="ignore"):
        arrays = surface.value(x.copy(), y.copy()), *surface.gradient(x.copy(), y.copy())
    return {name: np.broadcast_to(f, x.shape) for name, f in zip(("f", "∂f/∂x", "∂f/∂y"), arrays, strict=True)}


def _in_domain(surface: Surface, point: tuple[float, float]) -> bool:
    return all(low <= at <= high for at, (low, high) in zip(point, surface.domain, strict=True))


def _gradient_length(surface: Surface, point: tuple[float, float]) -> float:
    _, dx, dy = _all(surface, *_at(point)).values()
    return math.hypot(dx[0], dy[0])


def _steepest(surface: Surface) -> float:
    _, *gradient = _all(surface, *_grid(surface)).values()
    return max(float(np.abs(along[np.isfinite(along)]).max()) for along in gradient)


def _has_minima(surface: Surface) -> bool:
    return bool(surface.minima)


def check_has_a_domain(surface: Surface) -> None:
    """The domain is two intervals of finite numbers, each from a smaller to a larger one."""
    domain: Any = getattr(surface, "domain", None)
    try:
        right = len(domain) == 2 and all(-math.inf < low < high < math.inf for low, high in domain)
    except (TypeError, ValueError):
        right = False
    assert right, f"domain is {domain!r}: it must be ((x_min, x_max), (y_min, y_max)), with x_min < x_max"


def check_gradient_is_the_derivative(surface: Surface) -> None:
    """The gradient is the derivative of the value, along x and along y, everywhere in the domain."""
    x, y = _points(surface)
    h, rounding, analytic = STEP, 1e-8 * _steepest(surface), _all(surface, x, y)
    for name, (above, below) in {"∂f/∂x": ((x + h, y), (x - h, y)), "∂f/∂y": ((x, y + h), (x, y - h))}.items():
        numeric = (_all(surface, *above)["f"] - _all(surface, *below)["f"]) / (2 * h)
        wrong = ~(np.abs(analytic[name] - numeric) <= PRECISION * np.abs(numeric) + rounding)
        i = int(wrong.argmax())
        assert not wrong[i], (
            f"{name} at ({x[i]:.4g}, {y[i]:.4g}) is {analytic[name][i]:.9g}, but by central differences in "
            f"float64 it is {numeric[i]:.9g}"
        )


def check_gradient_is_two_arrays(surface: Surface) -> None:
    """The gradient is two arrays with the shape of the points, ∂f/∂x first."""
    for shape in ((1,), (6,), (2, 3)):
        x, y = (axis.reshape(shape) for axis in _points(surface, math.prod(shape)))
        seen = [np.shape(along) for along in surface.gradient(x, y)]
        assert seen == [shape, shape], (
            f"for points of shape {shape} the gradient's shapes are {seen}: return two arrays of that shape, "
            "np.zeros_like(x) for a derivative of 0"
        )


def check_value_has_the_points_shape(surface: Surface) -> None:
    """The value is an array with the shape of the points."""
    for shape in ((1,), (6,), (2, 3)):
        x, y = (axis.reshape(shape) for axis in _points(surface, math.prod(shape)))
        seen = np.shape(surface.value(x, y))
        assert seen == shape, f"for points of shape {shape} the value has shape {seen}: return f at every point"


def check_treats_points_alone(surface: Surface) -> None:
    """Value and gradient at a point do not depend on the other points."""
    x, y = _points(surface)
    together = _all(surface, x, y)
    for i in (0, len(x) // 2, len(x) - 1):
        for name, alone in _all(surface, x[i : i + 1], y[i : i + 1]).items():
            among, scale = together[name][i], float(np.abs(together[name]).max())
            assert abs(among - alone[0]) <= 1e-9 * (1 + scale), (
                f"{name} at ({x[i]:.4g}, {y[i]:.4g}) is {among:.9g} among other points, {alone[0]:.9g} alone: "
                "is there a sum, a mean or a maximum over points?"
            )


def check_spares_the_points(surface: Surface) -> None:
    """Coordinates are not changed."""
    for method in ("value", "gradient"):
        x, y = _points(surface)
        getattr(surface, method)(x, y)
        for axis, after, before in zip("xy", (x, y), _points(surface), strict=True):
            assert (after == before).all(), f"{method} changed {axis}: work on a new array"


def check_keeps_its_type(surface: Surface) -> None:
    """Computations with points in float32 are in float32."""
    (x, y), seen = spied(*(axis.astype(np.float32) for axis in _points(surface)))
    seen.extend(f"{name} is in {f.dtype}" for name, f in _all(surface, x, y).items() if f.dtype != np.float32)
    assert not seen, (
        f"{seen[0]} but x and y are float32: np.float64 numbers like np.sqrt(2) turn arrays into float64; "
        "math.sqrt(2) does not"
    )


def check_is_finite(surface: Surface) -> None:
    """Value and gradient are finite everywhere in the domain, and at the minima."""
    x, y = _grid_and_minima(surface)
    for name, f in _all(surface, x, y).items():
        for i in np.flatnonzero(~np.isfinite(f))[:1]:
            raise AssertionError(
                f"{name} at ({x[i]:.6g}, {y[i]:.6g}) is {f[i]}: is there a quotient or a root at 0, or is the "
                "domain too wide?"
            )


def check_starts_in_the_domain(surface: Surface) -> None:
    """A descent begins in the domain."""
    assert _in_domain(surface, surface.start), f"start {surface.start} is not in the domain {surface.domain}"


def check_can_leave_its_start(surface: Surface) -> None:
    """At the start of a descent the gradient is not 0."""
    assert _gradient_length(surface, surface.start) > 0, (
        f"at the start {surface.start} the gradient is 0: nothing would move, begin at a point close to it"
    )


@only(_has_minima)
def check_minima_are_in_the_domain(surface: Surface) -> None:
    """The minima are in the domain."""
    for point in surface.minima:
        assert _in_domain(surface, point), f"the minimum {point} is not in the domain {surface.domain}"


@only(_has_minima)
def check_minima_are_stationary(surface: Surface) -> None:
    """At the minima the gradient is 0."""
    across, up = ((high - low) / 100 for low, high in surface.domain)
    for x, y in surface.minima:
        length = _gradient_length(surface, (x, y))
        beside = max(_gradient_length(surface, point) for point in ((x + across, y), (x, y + up)))
        assert length <= 1e-4 * beside, (
            f"at the minimum {(x, y)} the length of the gradient is {length:.6g}, and {beside:.6g} at a "
            "distance of a hundredth of the domain: write the point with all its digits"
        )


@only(_has_minima)
def check_minima_are_the_lowest_points(surface: Surface) -> None:
    """No point of the domain is lower than a minimum, and all minima are equally low."""
    x, y = _grid_and_minima(surface)
    f = _all(surface, x, y)["f"]
    i, slack = int(f.argmin()), 1e-9 * float(np.ptp(f))
    for point, value in zip(surface.minima, f[-len(surface.minima) :], strict=True):
        assert value <= f[i] + slack, (
            f"f is {value:.9g} at the minimum {point}, and {f[i]:.9g} at ({x[i]:.6g}, {y[i]:.6g}): list only "
            "global minima"
        )


def check_is_deterministic(surface: Surface) -> None:
    """The same points give the same bits."""
    first, second = ([f.tobytes() for f in _all(surface, *_points(surface)).values()] for _ in range(2))
    assert first == second, (
        "two calls with the same points differ: does it depend on randomness, or on earlier calls?"
    )


def check_draws_nothing_global(surface: Surface) -> None:
    """No global random number is drawn."""
    with same_chance(surface):
        _all(surface, *_points(surface))


def check_keeps_nothing_in_itself(surface: Surface) -> None:
    """Neither value nor gradient changes anything in the component or its class."""
    assert_keeps_nothing(surface, lambda: _all(surface, *_points(surface)))


CHECKS = [
    check_has_a_domain,
    check_gradient_is_the_derivative,
    check_gradient_is_two_arrays,
    check_value_has_the_points_shape,
    check_treats_points_alone,
    check_spares_the_points,
    check_keeps_its_type,
    check_is_finite,
    check_starts_in_the_domain,
    check_can_leave_its_start,
    check_minima_are_in_the_domain,
    check_minima_are_stationary,
    check_minima_are_the_lowest_points,
    check_is_deterministic,
    check_draws_nothing_global,
    check_keeps_nothing_in_itself,
]
