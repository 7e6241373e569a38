"""Transforms: numbers that were worked out by hand, and what follows from a definition."""

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.contracts.layer import ParameterSpec
from ravine.engine.parameters import Parameters
from ravine.engine.update import Update

pytestmark = pytest.mark.usefixtures("shapes_kept")


class Steps:
    """Plain or given steps on a weight of two inputs and two units, and a bias."""

    def __init__(self, transform, optimizer="sgd", **fields):
        specs = {
            ("0.affine", "W"): ParameterSpec((2, 2), 2, 2, decay=True),
            ("0.affine", "b"): ParameterSpec((2,), fill=0.0),
        }
        self.parameters = Parameters(specs, np.float64)
        # 3 and 4 go into the first unit, 5 and 12 into the second.
        self.parameters.theta[:] = [3, 5, 4, 12, 1, -1]
        made = registry.load().get("transform", transform)(**fields)
        asked = {"rng": lambda: np.random.default_rng(0)}
        rule = registry.load().get("optimizer", optimizer)()
        self.update = Update(rule, self.parameters, {transform: made}, asked)
        self.t = 0

    def step(self, g, lr=0.0):
        """Make an update; return the gradient that the optimizer got."""
        self.t += 1
        self.parameters.grad[:] = g
        if self.update.before(self.t, lr):
            self.update(self.t, lr)
        return self.parameters.grad.tolist()

    @property
    def theta(self):
        return self.parameters.theta.tolist()

    @property
    def evaluated(self):
        return self.update.evaluated().tolist()


def test_clipping_by_value_cuts_numbers():
    assert Steps("clip_value", limit=2.0).step([3, -5, 1, -1, 2, 0]) == [2, -2, 1, -1, 2, 0]


def test_clipping_by_norm_shortens_each_array():
    # Norms of 13 and of 5.
    g = Steps("clip_norm", limit=6.5).step([3, 4, 12, 0, 3, 4])
    assert g == [1.5, 2, 6, 0, 3, 4]


def test_clipping_by_global_norm_shortens_the_whole():
    # A norm of 13.
    g = Steps("clip_global_norm", limit=1.0).step([3, 0, 0, 0, 4, 12])
    np.testing.assert_allclose(g, np.array([3, 0, 0, 0, 4, 12]) / 13, rtol=1e-15)
    assert Steps("clip_global_norm", limit=13.0).step([3, 0, 0, 0, 4, 12]) == [3, 0, 0, 0, 4, 12]


def test_noise_has_the_variance_of_its_schedule():
    words = [
        "problem=sphere",
        "optimizer.lr=1",
        "training.steps=4000",
        "transform=[{name:gradient_noise,eta:0.3}]",
    ]
    path = ravine.build(ravine.compose(words)).run().arrays["path"]
    # On the sphere, with a rate of 1 and the gradient 2x, a step leads to -x less the noise.
    noise = -(path[1:] + path[:-1])
    t = np.arange(1, 4001)[:, None]
    whitened = noise * t**0.275 / 0.3**0.5
    assert abs(whitened.mean()) < 4 / 8000**0.5
    assert abs(whitened.var() - 1) < 4 * (2 / 8000) ** 0.5


def test_centralization_takes_the_mean_of_each_unit_away():
    # Into the first unit go 1 and 5, into the second 2 and 10.
    assert Steps("centralize").step([1, 2, 5, 10, 7, 9]) == [-2, -4, 2, 4, 7, 9]


def test_accumulation_steps_with_the_mean():
    steps = Steps("accumulate", batches=2)
    steps.step([1, 1, 1, 1, 1, 1], lr=1.0)
    assert steps.theta == [3, 5, 4, 12, 1, -1]
    steps.step([3, 1, 1, 1, 1, -5], lr=1.0)
    assert steps.theta == [1, 4, 3, 11, 0, 1]


def test_the_cautious_mask_moves_what_agrees_and_makes_up_for_the_rest():
    steps = Steps("cautious", optimizer="momentum")
    steps.step([1, 1, 1, 1, 1, 1], lr=1.0)
    assert steps.theta == [2, 4, 3, 11, 0, -2]
    # The velocity is now -0.9 - g; it agrees with g where g is above -0.9 and not below 0.
    steps.step([1, 1, 1, -0.5, -0.5, 1], lr=1.0)
    # Three of four weights move by 1.9, divided by 3/4, and one of two biases by 1.9, divided by 1/2.
    far = 1.9 / 0.75
    np.testing.assert_allclose(steps.theta, [2 - far, 4 - far, 3 - far, 11, 0, -2 - 3.8], rtol=1e-14)


def test_lookahead_goes_half_way():
    steps = Steps("lookahead", every=2, alpha=0.5)
    steps.step([2] * 6, lr=1.0)
    assert steps.theta == [1, 3, 2, 10, -1, -3]
    assert steps.evaluated == [3, 5, 4, 12, 1, -1]
    steps.step([2] * 6, lr=1.0)
    assert steps.theta == steps.evaluated == [1, 3, 2, 10, -1, -3]


def test_an_exponential_average_fades_by_its_weight():
    steps = Steps("ema", beta=0.75)
    steps.step([4] * 6, lr=1.0)
    steps.step([4] * 6, lr=1.0)
    # 0.75 (0.75 * 0 + 0.25 * -4) + 0.25 * -8
    assert steps.evaluated == [x - 2.75 for x in (3, 5, 4, 12, 1, -1)]
    assert steps.theta == [x - 8 for x in (3, 5, 4, 12, 1, -1)]


def test_a_stochastic_average_is_the_mean_of_those_that_count():
    steps = Steps("swa", begin=1, every=2)
    evaluated = []
    for _ in range(5):
        steps.step([1] * 6, lr=1.0)
        evaluated.append(steps.evaluated[0])
    # After updates 3 and 5 the first weight is 0 and -2.
    assert evaluated == [2, 1, 0, 0, -1]


def test_max_norm_shortens_the_weights_into_a_unit():
    steps = Steps("max_norm", limit=6.5)
    steps.step([0] * 6)
    # The first unit's 3 and 4 have a norm of 5, the second's 5 and 12 of 13.
    np.testing.assert_allclose(steps.theta, [3, 2.5, 4, 6, 1, -1], rtol=1e-15)
