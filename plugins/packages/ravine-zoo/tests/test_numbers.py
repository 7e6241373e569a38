"""The steps of every rule: numbers worked out by hand."""

import numpy as np
import pytest

from ravine_zoo.lbfgs import Lbfgs
from ravine_zoo.sophia import Sophia


def close(ours, theirs, rtol=1e-9):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-12)


def begun(rule, theta, **about):
    """Return the state as the engine makes it: arrays of the rule's own."""
    return {slot: np.array(array) for slot, array in rule.start(theta, **about).items()}


# ---- L-BFGS ----------------------------------------------------------------------------------------------

HESSIAN = np.array([[4.0, 1, 0, 0, 1], [1, 3, 1, 0, 0], [0, 1, 5, 1, 0], [0, 0, 1, 2, 0.5], [1, 0, 0, 0.5, 6]])
MINIMUM = np.array([1.0, -2, 3, 0.5, -1])


def quadratic(theta):
    away = theta - MINIMUM
    return float(away @ HESSIAN @ away) / 2, HESSIAN @ away


def descend(rule, theta, steps, state):
    for t in range(1, steps + 1):
        loss, g = quadratic(theta)
        rule.step(theta, g, list(state.values()), t=t, lr=1.0, loss=loss, gradient_at=quadratic)


def test_lbfgs_reaches_the_minimum_of_a_quadratic_in_few_steps():
    rule, theta = Lbfgs(), np.zeros(5)
    descend(rule, theta, 15, begun(rule, theta))
    np.testing.assert_allclose(theta, MINIMUM, atol=1e-6)


@pytest.mark.parametrize("memory", [1, 3, 10])
def test_lbfgs_steps_as_the_dense_inverse_of_bfgs_does(memory):
    rule, theta = Lbfgs(memory=memory), np.zeros(5)
    state = begun(rule, theta)
    descend(rule, theta, 5, state)
    pairs = [(s, y) for s, y in zip(state["S"], state["Y"], strict=True) if s.any()]
    assert len(pairs) == min(memory, 5)
    s, y = pairs[-1]
    inverse = s @ y / (y @ y) * np.eye(5)
    for s, y in pairs:  # Nocedal and Wright, equation 6.17
        rho = 1 / (y @ s)
        left = np.eye(5) - rho * np.outer(s, y)
        inverse = left @ inverse @ left.T + rho * np.outer(s, s)
    g, before = np.array([1.0, 2, -1, 0.5, 3]), theta.copy()
    rule.step(theta, g, list(state.values()), t=6, lr=1.0, loss=0.0, gradient_at=lambda at: (-1e9, 0 * at))
    close(theta, before - inverse @ g)


@pytest.mark.parametrize(
    ("start", "curvature", "seen"),
    [
        # d = -100; at 1/64 the loss is 50 · 0.5625², and it must be below 50 - 1e-4 · 100² / 64.
        (1.0, 100.0, [1 - 100 / 2**j for j in range(7)]),
        # d = 1; at 16 the slope is -0.84, and it must be above -0.9.
        (-100.0, 0.01, [-99.0, -98, -96, -92, -84]),
    ],
    ids=["halved", "doubled"],
)
def test_lbfgs_tries_steps_until_both_conditions_hold(start, curvature, seen):
    tried = []

    def gradient_at(at):
        tried.append(float(at[0]))
        return float(curvature / 2 * at[0] ** 2), curvature * at

    rule, theta = Lbfgs(memory=3), np.array([start])
    state = begun(rule, theta)
    loss, g = curvature / 2 * start**2, np.array([curvature * start])
    rule.step(theta, g, list(state.values()), t=1, lr=0.5, loss=loss, gradient_at=gradient_at)
    assert tried == pytest.approx(seen)
    close(theta, (start + seen[-1]) / 2)
    close(state["S"][:, 0], [0, 0, seen[-1] - start])
    close(state["Y"][:, 0], [0, 0, curvature * (seen[-1] - start)])


def test_lbfgs_keeps_the_gradient_of_the_step_that_it_makes_when_tries_are_used_up():
    def gradient_at(at):  # a slope of -1 up to a wall at 0.6
        return (float(-at[0]), np.array([-1.0])) if at[0] <= 0.6 else (30.0, np.array([30.0]))

    rule, theta = Lbfgs(tries=3), np.zeros(1)
    state = begun(rule, theta)
    rule.step(theta, np.array([-1.0]), list(state.values()), t=1, lr=1.0, loss=0.0, gradient_at=gradient_at)
    close(theta, [0.5])
    close([state["S"][-1], state["Y"][-1]], [[0.5], [0.0]])


@pytest.mark.parametrize("there", [1.0, np.inf, np.nan])
def test_lbfgs_stays_where_no_step_is_good(there):
    rule, theta = Lbfgs(), np.zeros(5)
    state = begun(rule, theta)
    descend(rule, theta, 3, state)
    before, g = theta.copy(), quadratic(theta)[1]
    rule.step(theta, g, list(state.values()), t=4, lr=1.0, loss=0.0, gradient_at=lambda at: (there, at))
    assert (theta == before).all()


# ---- Sophia ----------------------------------------------------------------------------------------------


class Ones:
    """A stream of chance that is not one."""

    def standard_normal(self, shape):
        return np.ones(shape)


def test_sophia_divides_by_the_curvature_and_goes_no_farther_than_the_rate():
    rule, theta, asked = Sophia(beta1=0.5, beta2=0.9, gamma=0.1, every=2), np.array([1.0, 1.0, 1.0]), []
    hessian, state = np.diag([10.0, 1000.0, -5.0]), [np.zeros(3), np.zeros(3)]

    def gradient_at(at):
        asked.append(at.copy())
        return 0.0, hessian @ at

    step = {"gradient_at": gradient_at, "rng": Ones(), "lr": 0.1}
    rule.step(theta, np.array([0.1, 4.0, 2.0]), state, t=1, **step)
    close(asked, [[1.001] * 3, [0.999] * 3])
    close(state[1], [1, 100, -0.5])  # a tenth of the diagonal
    close(theta, [1 - 0.05, 1 - 0.02, 1 - 0.1])  # 0.05 / 0.1, 2 / 10, and the limit
    rule.step(theta, np.zeros(3), state, t=2, **step)
    assert len(asked) == 2
    close(theta, [1 - 0.075, 1 - 0.03, 1 - 0.2])
    rule.step(theta, np.zeros(3), state, t=3, **step)
    assert len(asked) == 4
    close(state[1], [1.9, 190, -0.95])


def test_sophias_estimate_is_the_diagonal_in_the_mean():
    rule, rng = Sophia(beta2=0.9999, every=1), np.random.default_rng(0)
    theta, state = np.zeros(5), [np.zeros(5), np.zeros(5)]
    for t in range(1, 20001):
        rule.step(theta, np.zeros(5), state, t=t, lr=0.0, gradient_at=quadratic, rng=rng)
    np.testing.assert_allclose(state[1] / (1 - 0.9999**20000), np.diag(HESSIAN), rtol=0.06)
