"""Mistakes that have been made with test functions: the numbers of the formulas do not agree with any of them."""

from dataclasses import dataclass

import compared
import numpy as np
import pytest
from ravine import registry

CLASSES = {entry.name: entry.cls for entry in registry.load() if entry.kind == "surface"}
cos, sin, exp, sqrt, pi = np.cos, np.sin, np.exp, np.sqrt, np.pi

# The value with the mistake.
VALUES = [
    ("ackley", "the mean of the root", lambda s, x, y: CLASSES["ackley"].value(s, x * 2**0.5, y * 2**0.5)),
    ("ackley", "forgets 20 + e", lambda s, x, y: CLASSES["ackley"].value(s, x, y) - 20 - np.e),
    ("rastrigin", "10 once", lambda s, x, y: CLASSES["rastrigin"].value(s, x, y) - 10),
    ("rosenbrock", "10 in place of 100", lambda s, x, y: (1 - x) ** 2 + 10 * (y - x * x) ** 2),
    ("styblinski_tang", "forgets the half", lambda s, x, y: 2 * CLASSES["styblinski_tang"].value(s, x, y)),
    ("levy", "u is x", lambda s, x, y: CLASSES["levy"].value(s, 4 * x - 3, 4 * y - 3)),
    ("griewank", "divides by 2", lambda s, x, y: 1 + (x * x + y * y) / 4000 - cos(x) * cos(y / 2)),
    ("griewank", "adds the cosines", lambda s, x, y: 1 + (x * x + y * y) / 4000 - cos(x) - cos(y / 2**0.5)),
    ("schwefel", "the root of x", lambda s, x, y: CLASSES["schwefel"].value(s, np.abs(x), np.abs(y))),
    ("schwefel", "rounds its constant", lambda s, x, y: CLASSES["schwefel"].value(s, x, y) + 2.5455e-5),
    ("zakharov", "counts from 0", lambda s, x, y: x * x + y * y + (y / 2) ** 2 + (y / 2) ** 4),
    ("easom", "forgets the sign", lambda s, x, y: -CLASSES["easom"].value(s, x, y)),
    (
        "three_hump_camel",
        "1.5 for 1.05",
        lambda s, x, y: CLASSES["three_hump_camel"].value(s, x, y) - 0.45 * x**4,
    ),
    (
        "six_hump_camel",
        "4 y",
        lambda s, x, y: (4 - 2.1 * x * x + x**4 / 3) * x * x + x * y + (4 * y - 4) * y * y,
    ),
    ("goldstein_price", "its logarithm", lambda s, x, y: np.log(CLASSES["goldstein_price"].value(s, x, y))),
    ("mccormick", "forgets the 1", lambda s, x, y: CLASSES["mccormick"].value(s, x, y) - 1),
    (
        "michalewicz",
        "m for 2 m",
        lambda s, x, y: -sin(x) * sin(x * x / pi) ** 10 - sin(y) * sin(2 * y * y / pi) ** 10,
    ),
    (
        "michalewicz",
        "the same twice",
        lambda s, x, y: -sin(x) * sin(x * x / pi) ** 20 - sin(y) * sin(y * y / pi) ** 20,
    ),
    ("bukin", "forgets the root", lambda s, x, y: 100 * np.abs(y - 0.01 * x * x) + np.abs(x + 10) / 100),
    ("drop_wave", "r squared", lambda s, x, y: -(1 + cos(12 * (x * x + y * y))) / (2 + (x * x + y * y) / 2)),
    ("branin", "5 for 5.1", lambda s, x, y: CLASSES["branin"].value(s, x, y + 0.1 / (4 * pi**2) * x * x)),
    ("monkey_saddle", "x y²", lambda s, x, y: x**3 - x * y * y),
    ("rotated_ravine", "turns the other way", lambda s, x, y: CLASSES["rotated_ravine"].value(s, x, -y)),
]
# The gradient with the mistake.
GRADIENTS = [
    ("rosenbrock", "200 for 400", lambda s, x, y: (-2 * (1 - x) - 200 * x * (y - x * x), 200 * (y - x * x))),
    ("levy", "forgets the inner derivative", lambda s, x, y: [4 * g for g in CLASSES["levy"].gradient(s, x, y)]),
    ("drop_wave", "forgets the quotient", lambda s, x, y: (
        12 * sin(12 * sqrt(x * x + y * y)) / sqrt(x * x + y * y) / (2 + (x * x + y * y) / 2) * x,
        12 * sin(12 * sqrt(x * x + y * y)) / sqrt(x * x + y * y) / (2 + (x * x + y * y) / 2) * y,
    )),
    ("matyas", "changes x and y", lambda s, x, y: CLASSES["matyas"].gradient(s, x, y)[::-1]),
    ("rotated_ravine", "is not turned back", lambda s, x, y: (
        2 * (x * cos(pi / 6) + y * sin(pi / 6)) / s.condition, 2 * (y * cos(pi / 6) - x * sin(pi / 6))
    )),
    ("canyon", "forgets the cosine", lambda s, x, y: (
        x / 25 - 4 * (y - sin(x)) * exp(-2 * (y - sin(x)) ** 2), 4 * (y - sin(x)) * exp(-2 * (y - sin(x)) ** 2)
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        pytest.param(name, {method: wrong}, id=f"{name} {about}")
        for method, mistakes in (("value", VALUES), ("gradient", GRADIENTS))
        for name, about, wrong in mistakes
    ],
)
def test_a_mistake_is_not_the_formula(name, wrong):
    cls = dataclass(frozen=True)(type("Wrong", (CLASSES[name],), wrong))
    for source in compared.sources("surface", name):
        assert compared.disagrees(cls(), source)


def test_a_minimum_that_is_local_or_rounded_is_not_the_formula_s():
    mpmath = compared.sources("surface", "six_hump_camel")[1]
    for minima in [
        ((0.0898, -0.7126), (-0.0898, 0.7126)),
        ((-1.703606715, 0.796083569), (1.703606715, -0.796083569)),
    ]:
        cls = type("Wrong", (CLASSES["six_hump_camel"],), {"minima": minima})
        assert compared.disagrees(cls(), mpmath)
