"""The steps of every rule: numbers worked out by hand, and those of other implementations."""

import json
from pathlib import Path

import numpy as np
import pytest
from ravine import Place, registry

from ravine_zoo.adafactor import Adafactor
from ravine_zoo.lbfgs import Lbfgs
from ravine_zoo.muon import Muon
from ravine_zoo.prodigy import Prodigy
from ravine_zoo.sam import Sam
from ravine_zoo.schedule_free_adamw import ScheduleFreeAdamW
from ravine_zoo.shampoo import Shampoo
from ravine_zoo.soap import Soap
from ravine_zoo.sophia import Sophia

# Other implementations' steps; make_references.py makes them.
REFERENCES = json.loads(Path(__file__).with_name("references.json").read_text())


def close(ours, theirs, rtol=1e-9):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-12)


def place(shape, role="hidden"):
    return Place("1.affine.W", shape, role, depth=1, layers=3, decay=1.0)


def begun(rule, theta, **about):
    """Return the state as the engine makes it: arrays of the rule's own."""
    return {slot: np.array(array) for slot, array in rule.start(theta, **about).items()}


def walk(rule, reference, *, lr=None, turned=False, about=()):
    """Step with a reference's gradients; yield its row, and our parameters and state after it."""
    turn = np.transpose if turned else np.asarray
    theta = np.ascontiguousarray(turn(reference["start"]))
    words = {"place": place(theta.shape)} if "place" in about else {}
    state = begun(rule, theta, **words)
    for t, row in enumerate(reference["steps"], start=1):
        g = np.ascontiguousarray(turn(row["g"]))
        rule.step(theta, g, list(state.values()), t=t, lr=lr or row.get("lr", rule.lr), **words)
        yield {**row, "t": t}, turn(theta), state


# ---- Schedule-Free AdamW -------------------------------------------------------------------------------------


def test_schedule_free_makes_the_steps_of_the_authors_package():
    rule = ScheduleFreeAdamW(beta2=0.99, weight_decay=0.02)
    for row, theta, state in walk(rule, REFERENCES["schedule_free_adamw"]):
        close(theta, row["theta"])
        close(rule.evaluated(theta, list(state.values()), t=row["t"]), row["evaluated"])


def test_schedule_free_is_evaluated_at_the_mean_of_the_fast_points():
    rule, theta = ScheduleFreeAdamW(lr=0.1, beta1=0.7), np.array([1.0, -2.0])
    state, fast = begun(rule, theta), []
    for t in range(1, 8):
        rule.step(theta, np.array([t - 3.5, 1.0]), list(state.values()), t=t, lr=0.1)
        fast.append(state["z"].copy())
        x = np.mean(fast, axis=0)
        close(rule.evaluated(theta, list(state.values()), t=t), x)
        close(theta, 0.3 * fast[-1] + 0.7 * x)


# ---- Shampoo -------------------------------------------------------------------------------------------------


def test_shampoo_of_diagonal_gradients_worked_out_by_hand():
    theta = np.zeros((2, 2))
    state = [np.zeros((2, 2)), np.zeros((2, 2))]
    rule = Shampoo(eps=1e-300)
    rule.step(theta, np.diag([3.0, 4.0]), state, t=1, lr=1.0)
    close(theta, -np.diag([1, 1]))  # 3 / (9^¼ 9^¼)
    rule.step(theta, np.diag([4.0, 3.0]), state, t=2, lr=1.0)
    close(theta, -np.diag([1.8, 1.6]))  # 4 / (25^¼ 25^¼)


def test_shampoo_of_a_product_of_two_vectors_divides_it_by_its_length():
    u, v = np.array([3.0, 4.0]), np.array([1.0, 2.0, 2.0])  # of length 5 and 3
    rule, theta = Shampoo(eps=1e-6), np.zeros((2, 3))
    rule.step(theta, np.outer(u, v), list(begun(rule, theta).values()), t=1, lr=0.5)
    close(theta, -0.5 * np.outer(u, v) / 15, rtol=1e-6)
    vector = np.zeros(2)
    rule.step(vector, u, list(begun(rule, vector).values()), t=1, lr=0.5)
    close(vector, [-0.3, -0.4], rtol=1e-6)


@pytest.mark.parametrize("shape", ["matrix", "vector"])
def test_shampoo_makes_the_steps_of_pytorch_optimizer(shape):
    for row, theta, _ in walk(Shampoo(eps=1e-2), REFERENCES[f"shampoo {shape}"], lr=0.1):
        close(theta, row["theta"], rtol=1e-6)


# ---- SOAP ----------------------------------------------------------------------------------------------------


def test_soap_makes_the_steps_of_pytorch_optimizer_as_long_as_the_basis_stays():
    rule = Soap(beta1=0.9, beta2=0.95, every=100)
    for row, theta, _ in walk(rule, REFERENCES["soap matrix"], lr=0.1):
        close(theta, row["theta"], rtol=1e-6)


def test_soap_of_one_product_of_vectors_steps_along_it_with_the_rate():
    u, v = np.array([0.6, 0.8]), np.array([1, 2, 2]) / 3
    rule, theta = Soap(every=1), np.zeros((2, 3))
    state = list(begun(rule, theta).values())
    for t, gone in enumerate([0, 1, 2, 3], start=1):
        rule.step(theta, 7 * np.outer(u, v), state, t=t, lr=0.1)
        np.testing.assert_allclose(theta, -0.1 * gone * np.outer(u, v), rtol=1e-6, atol=1e-8)


def test_soap_turns_its_basis_into_the_eigenvectors_of_what_it_sees():
    rng = np.random.default_rng(1)
    rule, theta = Soap(every=2, beta2=0.999), np.zeros((3, 2))
    state = begun(rule, theta)
    left, right = np.linalg.qr(rng.standard_normal((3, 3)))[0], np.linalg.qr(rng.standard_normal((2, 2)))[0]
    for t in range(1, 4001):
        g = left @ (rng.standard_normal((3, 2)) * [[9, 0], [0, 3], [0.5, 0.5]]) @ right.T
        rule.step(theta, g, list(state.values()), t=t, lr=0.0)
    np.testing.assert_allclose(abs(state["Q_L"].T @ left), np.eye(3), atol=0.1)
    close(state["Q_L"].T @ state["Q_L"], np.eye(3))
    np.testing.assert_allclose(abs(state["Q_R"].T @ right), np.eye(2), atol=0.1)


def test_soap_gives_vectors_the_steps_of_adam():
    rng, adam = np.random.default_rng(1), registry.load().get("optimizer", "adam")(beta1=0.95, beta2=0.95)
    ours, theirs, slots = np.ones(4), np.ones(4), [np.zeros(4), np.zeros(4)]
    rule = Soap()
    state = list(begun(rule, ours).values())
    assert len(state) == 2
    for t in range(1, 15):
        g = rng.standard_normal(4)
        rule.step(ours, g, state, t=t, lr=0.1)
        adam.step(theirs, g, slots, t=t, lr=0.1)
        close(ours, theirs, rtol=1e-6)  # where ε is added differs


# ---- Adafactor -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["matrix", "vector"])
def test_adafactor_makes_the_steps_of_pytorch(shape):
    for row, theta, _ in walk(Adafactor(), REFERENCES[f"adafactor {shape}"], lr=0.2):
        close(theta, row["theta"], rtol=1e-6)


def test_adafactor_divides_by_the_full_product_of_row_and_column_sums():
    g = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    rule, theta = Adafactor(d=1e9), np.full((2, 3), 2.0)
    state = begun(rule, theta)
    rule.step(theta, g, list(state.values()), t=1, lr=0.01)
    # Rows sum to 14 and 77, columns to 17, 29 and 45, and all to 91.
    v = np.array([[14 * 17, 14 * 29, 14 * 45], [77 * 17, 77 * 29, 77 * 45]]) / 91
    close(theta, 2 - 2 * 0.01 * g / np.sqrt(v))
    assert {slot: array.shape for slot, array in state.items()} == {"rows": (2,), "columns": (3,)}


# ---- L-BFGS --------------------------------------------------------------------------------------------------

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


@pytest.mark.parametrize("there", [1.0, np.inf, np.nan])
def test_lbfgs_stays_where_no_step_is_good(there):
    rule, theta = Lbfgs(), np.zeros(5)
    state = begun(rule, theta)
    descend(rule, theta, 3, state)
    before, g = theta.copy(), quadratic(theta)[1]
    rule.step(theta, g, list(state.values()), t=4, lr=1.0, loss=0.0, gradient_at=lambda at: (there, at))
    assert (theta == before).all()


# ---- Sophia --------------------------------------------------------------------------------------------------


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


# ---- Prodigy -------------------------------------------------------------------------------------------------


def test_prodigy_makes_the_steps_of_the_authors_package():
    rule = Prodigy(beta2=0.99, eps=1e-15, d0=1e-3)  # another d is beside ε there
    for row, theta, state in walk(rule, REFERENCES["prodigy"]):
        close(theta, row["theta"])
        close(state["d"], row["d"])
    assert state["d"] > 0.1


# ---- Muon ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["wide", "tall"])
def test_muon_makes_the_steps_of_pytorch_up_to_its_three_digits(shape):
    reference = REFERENCES[f"muon {shape}"]
    for row, theta, _ in walk(Muon(), reference, lr=0.1, turned=True, about=("place",)):
        # Theirs is computed in bfloat16; a step has 0.1 for each singular value.
        np.testing.assert_allclose(theta, row["theta"], atol=0.004 * row["t"])


def test_muon_makes_singular_values_nearly_one():
    rng, rule = np.random.default_rng(3), Muon(momentum=0.0)
    u, v = (np.linalg.qr(rng.standard_normal((4, 4)))[0] for _ in "uv")
    theta = np.zeros((4, 4))
    g = u @ np.diag([5.0, 2.0, 1.0, 0.5]) @ v.T
    rule.step(theta, g, [np.zeros((4, 4))], t=1, lr=1.0, place=place((4, 4)))
    inside = -u.T @ theta @ v
    close(inside - np.diag(np.diag(inside)), np.zeros((4, 4)))
    assert ((np.diag(inside) > 0.65) & (np.diag(inside) < 1.25)).all()


@pytest.mark.parametrize(("shape", "role"), [((4, 3), "input"), ((4, 3), "output"), ((3,), "other")])
def test_muon_gives_all_else_the_steps_of_adam(shape, role):
    rng, adam = np.random.default_rng(1), registry.load().get("optimizer", "adam")(beta2=0.95, eps=1e-10)
    ours, theirs, slots = np.ones(shape), np.ones(shape), [np.zeros(shape), np.zeros(shape)]
    rule, about = Muon(adam=0.5), {"place": place(shape, role)}
    state = begun(rule, ours, **about)
    assert list(state) == ["m", "v"]
    for t in range(1, 10):
        g = rng.standard_normal(shape)
        rule.step(ours, g, list(state.values()), t=t, lr=0.1, **about)
        adam.step(theirs, g, slots, t=t, lr=0.05)
        close(ours, theirs)


# ---- SAM -----------------------------------------------------------------------------------------------------


def test_sam_takes_the_gradient_at_the_radius_along_it():
    theta, g, asked = np.array([1.0, 2.0]), np.array([3.0, 4.0]), []

    def gradient_at(at):
        asked.append(at.copy())
        return 0.0, at**2

    Sam(rho=0.5).before(theta, g, [], t=1, lr=0.1, gradient_at=gradient_at)
    close(asked, [[1.3, 2.4]])
    close(g, [1.69, 5.76])
    close(theta, [1, 2])
    flat = np.zeros(2)
    Sam().before(theta, flat, [], t=1, lr=0.1, gradient_at=gradient_at)
    assert len(asked) == 1
    assert not flat.any()
