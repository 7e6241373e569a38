"""Rules that keep more than single numbers: what is worked out by hand, and what holds for any gradient."""

import numpy as np
import pytest
from ravine import Place, registry
from ravine_plugins.optimizers.adafactor import Adafactor
from ravine_plugins.optimizers.muon import Muon
from ravine_plugins.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from ravine_plugins.optimizers.shampoo import Shampoo
from ravine_plugins.optimizers.soap import Soap
from ravine_plugins.transforms.sam import Sam


def close(ours, theirs, rtol=1e-9):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-12)


def place(shape, role="hidden"):
    return Place("1.affine.W", shape, role, depth=1, layers=3, decay=1.0)


def begun(rule, theta, **about):
    """Return the state as the engine makes it: arrays of the rule's own."""
    return {slot: np.array(array) for slot, array in rule.start(theta, **about).items()}


# ---- Schedule-Free AdamW ---------------------------------------------------------------------------------


def test_schedule_free_is_evaluated_at_the_mean_of_the_fast_points():
    rule, theta = ScheduleFreeAdamW(lr=0.1, beta1=0.7), np.array([1.0, -2.0])
    state, fast = begun(rule, theta), []
    for t in range(1, 8):
        rule.step(
            theta, np.array([t - 3.5, 1.0]), list(state.values()), t=t, lr=0.1, place=place((2,), "other")
        )
        fast.append(state["z"].copy())
        x = np.mean(fast, axis=0)
        close(rule.evaluated(theta, list(state.values()), t=t), x)
        close(theta, 0.3 * fast[-1] + 0.7 * x)


# ---- Shampoo ---------------------------------------------------------------------------------------------


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


# ---- SOAP ------------------------------------------------------------------------------------------------


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


# ---- Adafactor -------------------------------------------------------------------------------------------


def test_adafactor_divides_by_the_full_product_of_row_and_column_sums():
    g = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    rule, theta = Adafactor(d=1e9), np.full((2, 3), 2.0)
    state = begun(rule, theta)
    rule.step(theta, g, list(state.values()), t=1, lr=0.01)
    # Rows sum to 14 and 77, columns to 17, 29 and 45, and all to 91.
    v = np.array([[14 * 17, 14 * 29, 14 * 45], [77 * 17, 77 * 29, 77 * 45]]) / 91
    close(theta, 2 - 2 * 0.01 * g / np.sqrt(v))
    assert {slot: array.shape for slot, array in state.items()} == {"rows": (2,), "columns": (3,)}


# ---- Muon ------------------------------------------------------------------------------------------------


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


# ---- SAM -------------------------------------------------------------------------------------------------


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
