"""Where rules converge on quadratics, against what papers have worked out by hand."""

from dataclasses import dataclass

import numpy as np
import pytest
from ravine import Optimizer, registry
from ravine.reports.player.landscape import curvatures
from ravine.reports.player.stability import shrinking

RATES, H = np.geomspace(0.01, 3, 9), np.geomspace(0.1, 10, 7)


def rule(name, **fields):
    return registry.load().get("optimizer", name)(**fields)


def test_plain_descent_shrinks_by_1_less_rate_times_curvature():
    assert np.allclose(shrinking(rule("sgd"), RATES, H), np.abs(1 - np.outer(RATES, H)), rtol=1e-12)


def test_momentum_shrinks_by_its_root_where_it_swings():
    # Goh 2017, Why momentum really works: (1 − √β)² < η h < (1 + √β)².
    beta = 0.81
    found, step = shrinking(rule("momentum", momentum=beta), RATES, H), np.outer(RATES, H)
    swings = (step > (1 - 0.9) ** 2) & (step < (1 + 0.9) ** 2)
    assert swings.any()
    assert np.allclose(found[swings], 0.9, rtol=1e-9)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_momentum_converges_up_to_2_plus_2_beta(beta):
    # Polyak 1964: η h < 2 (1 + β).
    edge = 2 * (1 + beta)
    inside, outside = shrinking(rule("momentum", momentum=beta), [0.999 * edge, 1.001 * edge], [1.0])[:, 0]
    assert inside < 1 < outside


@pytest.mark.parametrize(
    "name", ["adagrad", "rmsprop", "adam", "lion", "signum", "lars", "muon", "shampoo", "radam", "prodigy"]
)
def test_a_rule_that_is_not_linear_has_no_map(name):
    assert shrinking(rule(name), RATES, H) is None


@dataclass(frozen=True)
class Mixing(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g.mean()


@dataclass(frozen=True)
class Tiring(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr / t * g


@dataclass(frozen=True)
class Drifting(Optimizer):
    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g + 0.01


@pytest.mark.parametrize("cls", [Mixing, Tiring, Drifting])
def test_a_rule_that_mixes_coordinates_counts_time_or_drifts_has_no_map(cls):
    assert shrinking(cls(), RATES, H) is None


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("ravine", [0.1, 2]),
        ("rotated_ravine", [0.1, 2]),
        ("matyas", [0.04, 1]),
        ("booth", [2, 18]),
        ("saddle", [-2, 2]),
    ],
)
def test_a_quadratic_has_its_curvatures(surface, expected):
    assert curvatures(registry.load().get("surface", surface)()) == expected


@pytest.mark.parametrize(
    "surface", ["rosenbrock", "himmelblau", "beale", "double_well", "rastrigin", "plateau"]
)
def test_other_surfaces_have_no_curvatures(surface):
    assert curvatures(registry.load().get("surface", surface)()) == []
