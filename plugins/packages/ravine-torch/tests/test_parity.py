"""The table of the README is what the module computes, and no difference is left unexplained."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from ravine import registry

from ravine_torch import parity
from ravine_torch.parity import AGREES, CASES, Case, table

BOOK = {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"}


def case_id(case):
    return f"{case.ours}-{case.theirs}-{'falling' if case.falling else 'constant'}-{case.fields or 'defaults'}"


def test_the_readme_has_the_table():
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert table() in readme, f"python -m ravine_torch.parity prints another table:\n{table()}"


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_case_agrees_or_differs_for_the_reason_that_it_gives(case):
    if case.reason:
        assert case.difference() > 1000 * AGREES, "this agrees: what is the reason for?"
        assert case.accounted() <= AGREES
    else:
        assert case.difference() <= AGREES


def test_every_optimizer_of_the_book_agrees_at_a_constant_rate_and_is_tried_at_a_falling_one():
    assert {case.ours for case in CASES if not case.reason and not case.falling} == BOOK
    assert {case.ours for case in CASES if case.falling} == BOOK


def test_the_comparison_would_show_the_books_place_of_eps_in_adam(monkeypatch):
    """The book adds ε to the root of the uncorrected v."""

    class Book:
        lr, slots = 0.001, ("m", "v")

        def step(self, theta, g, state, *, t, lr):
            m, v = state
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            theta -= lr * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-8)

    monkeypatch.setitem(registry.load().entries["optimizer"], "book", SimpleNamespace(cls=Book))
    assert Case("book", "Adam").difference() == pytest.approx(1.6e-9, rel=0.02)


@pytest.mark.parametrize(("falling", "factor"), [(False, 1.0), (True, 0.95)])
def test_the_two_see_the_rates_and_gradients_that_the_table_says(monkeypatch, falling, factor):
    rates, gradients = [], []

    class Spy(torch.optim.SGD):
        def step(self):
            (group,) = self.param_groups
            rates.append(group["lr"])
            gradients.append(group["params"][0].grad.numpy().copy())
            super().step()

    monkeypatch.setattr(torch.optim, "SGD", Spy)
    case = next(case for case in CASES if case.ours == "sgd" and case.falling == falling and not case.reason)
    path = parity._descend_theirs(case)
    np.testing.assert_allclose(rates, 0.01 * factor ** np.arange(50), rtol=1e-14)
    starts = np.vstack([parity._START, path[:-1]])
    np.testing.assert_allclose(path, starts - np.array(rates)[:, None] * gradients, rtol=1e-13)
    assert np.std(np.array(gradients) - parity._CURVATURE * starts) == pytest.approx(1, abs=0.1)
