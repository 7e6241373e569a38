"""Promises of a loss: a mean over the batch and its gradient, for class numbers and for rows of targets."""

from __future__ import annotations

import math

import numpy as np

from ravine.base.types import Array
from ravine.contracts.loss import Loss, one_hot
from ravine.testing.numerics import assert_derivative, assert_keeps_nothing, directional, rng, same_chance

BATCH, N_OUT = 6, 4


def _outputs() -> Array:
    return rng(1).normal(size=(BATCH, N_OUT))


def _classes() -> Array:
    return rng(2).integers(N_OUT, size=BATCH)


def _rows() -> Array:
    """Return rows of targets that sum to 1, with the largest at the right class."""
    return 0.7 * one_hot(_classes(), _outputs()) + 0.3 / N_OUT


def _assert_gradient(loss: Loss, target: Array, what: str) -> None:
    y, direction = _outputs(), rng(3).normal(size=(BATCH, N_OUT))
    _, dy = loss(y.copy(), target.copy())
    numeric = directional(lambda: loss(y.copy(), target.copy())[0], y, direction)
    assert_derivative(f"dy for {what} (divided by the batch?)", float((dy * direction).sum()), numeric)


def check_gradient_for_class_numbers(loss: Loss) -> None:
    """For class numbers the gradient is the derivative of the value."""
    _assert_gradient(loss, _classes(), "class numbers")


def check_gradient_for_rows(loss: Loss) -> None:
    """For rows of targets, which may differ from 0 and 1, the gradient is the derivative of the value."""
    _assert_gradient(loss, _rows(), "rows of targets")


def check_class_numbers_mean_rows(loss: Loss) -> None:
    """A class number gives the same result as a row with a 1 at that place."""
    y, rows = _outputs(), one_hot(_classes(), _outputs())
    (value, dy), (of_rows, dy_of_rows) = loss(y, _classes()), loss(y, rows)
    assert math.isclose(value, of_rows, rel_tol=1e-12), (
        f"the loss is {value:.9g} for class numbers and {of_rows:.9g} for the same targets as rows: turn them "
        "into rows with ravine.one_hot"
    )
    assert np.allclose(dy, dy_of_rows, rtol=1e-9, atol=1e-12), (
        "dy differs between class numbers and the same targets as rows: turn them into rows with ravine.one_hot"
    )


def check_is_a_mean_over_the_batch(loss: Loss) -> None:
    """The loss of a batch is the mean of its examples' losses."""
    y, target = _outputs(), _classes()
    single = [loss(y[i : i + 1], target[i : i + 1])[0] for i in range(BATCH)]
    value, expected = loss(y, target)[0], sum(single) / BATCH
    assert math.isclose(value, expected, rel_tol=1e-9), (
        f"the loss of {BATCH} examples is {value:.9g}, the mean of their losses {expected:.9g}: divide by "
        "len(y)"
    )


def check_value_is_a_number(loss: Loss) -> None:
    """The value is a Python float, also for outputs in float32."""
    for dtype in (np.float32, np.float64):
        value, _ = loss(_outputs().astype(dtype), _classes())
        assert type(value) is float, f"the value is a {type(value).__name__}: make it a float(…)"


def check_gradient_is_like_the_outputs(loss: Loss) -> None:
    """The gradient has the shape and type of the outputs, for both kinds of targets."""
    for dtype in (np.float32, np.float64):
        for target in (_classes(), _rows()):
            y = _outputs().astype(dtype)
            _, dy = loss(y, target)
            assert isinstance(dy, np.ndarray), f"dy is a {type(dy).__name__}, not an array"
            seen, expected = f"{dy.shape} in {dy.dtype}", f"{y.shape} in {y.dtype}"
            assert seen == expected, (
                f"y is {expected}, dy is {seen}: dy must have the shape and type of y; one_hot gives targets "
                "the type of y"
            )


def check_spares_outputs_and_targets(loss: Loss) -> None:
    """Outputs and targets are not changed."""
    for target in (_classes(), _rows()):
        y, before = _outputs(), target.copy()
        loss(y, target)
        assert (y == _outputs()).all(), "y was changed: make a new array (z = y - …), and work on that"
        assert (target == before).all(), "target was changed: one_hot does not copy rows, so copy them"


def check_survives_large_outputs(loss: Loss) -> None:
    """Outputs of ±10,000 in float32 have a finite loss and gradient."""
    y = np.full((BATCH, N_OUT), -1e4, np.float32)
    y[::2] *= -1
    y[:, 1] = 1e4
    for target in (_classes(), np.full(BATCH, 1)):
        with np.errstate(all="ignore"):
            value, dy = loss(y, target)
        assert math.isfinite(value), (
            f"the loss is {value}: subtract the largest output before exp, and use the logarithm of the sum"
        )
        assert np.isfinite(dy).all(), "dy is not finite: subtract the largest output before exp"


def check_knows_no_nan(loss: Loss) -> None:
    """Outputs as far apart as float32 can hold them, ±3e38, have a loss and a gradient without a NaN."""
    y = np.full((BATCH, N_OUT), -3e38, np.float32)
    y[:, 1] = 3e38
    for target in (_classes(), np.full(BATCH, 1)):
        with np.errstate(all="ignore"):
            value, dy = loss(y, target)
        assert not np.isnan([value, *dy.ravel()]).any(), (
            f"the loss of outputs of ±3e38 is {value}, and {np.isnan(dy).sum()} numbers of dy are NaN: "
            "is an infinite difference multiplied by a target that is 0?"
        )


def check_takes_one_example(loss: Loss) -> None:
    """A batch of one example has a finite loss, and a gradient of one row."""
    for target in (_classes()[:1], _rows()[:1]):
        value, dy = loss(_outputs()[:1], target)
        assert math.isfinite(value), f"the loss of one example is {value}: divide by len(y), not by len(y) - 1"
        assert dy.shape == (1, N_OUT), f"dy of one example has shape {dy.shape}: is an axis removed by squeeze?"


def check_prefers_the_right_answer(loss: Loss) -> None:
    """Right outputs have a lower loss than wrong outputs."""
    target = _classes()
    right = 2 * one_hot(target, _outputs()) - 1
    wrong = np.roll(right, 1, axis=1)
    good, bad = loss(right, target)[0], loss(wrong, target)[0]
    assert good < bad, f"right outputs have the loss {good:.6g}, wrong outputs {bad:.6g}: is the sign right?"


def check_is_deterministic(loss: Loss) -> None:
    """The same outputs and targets give the same bits."""
    (value, dy), (again, dy_again) = (loss(_outputs(), _classes()) for _ in range(2))
    assert value == again and dy.tobytes() == dy_again.tobytes(), (  # noqa: PT018 - one promise
        "two calls with the same batch differ: does it depend on randomness, or on earlier calls?"
    )


def check_draws_nothing_global(loss: Loss) -> None:
    """No global random number is drawn."""
    with same_chance(loss):
        loss(_outputs(), _classes())


def check_keeps_nothing_in_itself(loss: Loss) -> None:
    """A call changes nothing in the component or its class."""
    assert_keeps_nothing(loss, lambda: loss(_outputs(), _classes()))


CHECKS = [
    check_gradient_for_class_numbers,
    check_gradient_for_rows,
    check_class_numbers_mean_rows,
    check_is_a_mean_over_the_batch,
    check_value_is_a_number,
    check_gradient_is_like_the_outputs,
    check_spares_outputs_and_targets,
    check_survives_large_outputs,
    check_knows_no_nan,
    check_takes_one_example,
    check_prefers_the_right_answer,
    check_is_deterministic,
    check_draws_nothing_global,
    check_keeps_nothing_in_itself,
]
