"""Functions of n numbers are those of JAX, PyTorch and SciPy (golden/functions.py); and mistakes are not."""

from dataclasses import dataclass
from types import SimpleNamespace

import compared
import numpy as np
import pytest
from ravine import registry

CLASSES = {entry.name: entry.cls for entry in registry.load() if entry.kind == "function"}


@pytest.mark.parametrize(("name", "source"), compared.rows("function"))
def test_function_is_that_of_others(name, source):
    compared.check(compared.made("function", name, source), source)


def sampled(wrong):
    return {"sample": lambda self, p, data, rng: (0.0, {"x": wrong(self, p.x)})}


def ackleys(self, x):
    right = CLASSES["ackley_n"](self.n).sample(SimpleNamespace(x=x), None, None)[1]["x"]
    return right * self.n


def once(self, x):
    g = np.zeros_like(x)
    g[:-1] = -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    g[1:] = 200 * (x[1:] - x[:-1] ** 2)
    return g


MISTAKES = [
    ("ackley_n", "a sum, not a mean", sampled(ackleys)),
    ("ackley_n", "forgets e", {"value": lambda self, p, data: CLASSES["ackley_n"].value(self, p, data) - np.e}),
    (
        "rastrigin_n",
        "10 once",
        {"value": lambda self, p, data: CLASSES["rastrigin_n"].value(self, p, data) - 10},
    ),
    ("styblinski_tang_n", "the half twice", sampled(lambda self, x: x**3 - 8 * x + 1.25)),
    ("styblinski_tang_n", "another well", {"minimum": lambda self, data: {"x": np.full(self.n, 2.746802771)}}),
    ("levy_n", "ripples everywhere", sampled(lambda self, x: (x - 1) / 8 * (1 + np.sin(2 * np.pi * x) ** 2))),
    ("chained_rosenbrock", "overwrites what overlaps", sampled(once)),
    ("noisy_ravine", "forgets the 2", sampled(lambda self, x: x / np.array([self.condition, 1]))),
]


@pytest.mark.parametrize(
    ("name", "wrong"), [pytest.param(name, wrong, id=f"{name} {about}") for name, about, wrong in MISTAKES]
)
def test_a_mistake_is_not_what_others_have(name, wrong):
    cls = dataclass(frozen=True)(type("Wrong", (CLASSES[name],), wrong))
    assert any(
        compared.disagrees(cls(**source["fields"]), source) for source in compared.sources("function", name)
    )


def test_the_noise_of_the_ravine_is_as_large_along_it_as_across():
    one, chance = CLASSES["noisy_ravine"](noise=0.5), np.random.default_rng(0)
    p = SimpleNamespace(x=np.array([2.0, -1.0]))
    seen = np.array([one.sample(p, None, chance)[1]["x"] for _ in range(4000)])
    # The gradient is (2 · 2 / 20, −2).
    assert seen.mean(axis=0) == pytest.approx([0.2, -2], abs=0.03)
    assert np.cov(seen.T) == pytest.approx(0.25 * np.eye(2), abs=0.02)


def test_a_rotated_quadratic_of_a_thousand_dimensions_has_its_condition_number():
    hessian = CLASSES["quadratic"](n=1000, condition=1e6, rotated=True).data(np.random.default_rng(0))["H"]
    assert np.abs(hessian - hessian.T).max() <= 1e-15
    # Two sums of its eigenvalues, which are a geometric series from 1 to a millionth: one of their squares.
    q = 1e-6 ** (1 / 999)
    assert np.trace(hessian) == pytest.approx((1 - q**1000) / (1 - q), rel=1e-12)
    assert np.square(hessian).sum() == pytest.approx((1 - q**2000) / (1 - q**2), rel=1e-12)
