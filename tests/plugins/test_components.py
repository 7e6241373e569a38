"""Numbers of the registered components that the conformance kit cannot know: shares, statistics, factors, ranges."""

import copy
import dataclasses
import importlib
import inspect
import math
import pickle
import pkgutil
from abc import ABC

import numpy as np
import pytest
import ravine
from ravine import Component, Dimension, Place, Proposals, Regularizer, StatelessSampler, registry
from ravine.contracts.optimizer import Optimizer
from ravine.engine.network import Network, Node
from ravine.engine.problem import Problem
from ravine.engine.settings import Training
from ravine.evidence.statistics import Statistic
from ravine_plugins.layers._normal import normal_cdf
from ravine_plugins.layers._sums import over_batch
from scipy.special import ndtr

pytestmark = pytest.mark.usefixtures("shapes_kept")

REGISTRY = registry.load()
BUILT_IN = [entry for entry in REGISTRY if entry.distribution.startswith("ravine ")]


def named(kind):
    return [pytest.param(entry.name, entry.cls, id=entry.name) for entry in BUILT_IN if entry.kind == kind]


def rng():
    return np.random.default_rng(7)


# ---- layers --------------------------------------------------------------------------------------------------


def test_dropout_drops_the_share_it_says_and_keeps_the_expectation():
    x = np.ones((1000, 100))
    for name, factor in (("dropout", 1.0), ("inverted_dropout", 1 / 0.7)):
        layer = REGISTRY.get("layer", name)(ratio=0.3)
        y, _ = layer.forward(x, None, training=True, rng=rng())
        assert (y == 0).mean() == pytest.approx(0.3, abs=0.005)
        assert y.max() == pytest.approx(factor)
        judged, _ = layer.forward(x, None, training=False, rng=rng())
        assert judged.mean() == pytest.approx(y.mean(), abs=0.01)


@pytest.mark.parametrize(("name", "shape"), [("conv1d", (4, 7)), ("conv2d", (4, 7, 6)), ("standardized_conv2d", (4, 7, 6)),
                                           ("affine", (7,)), ("embedding", (7,))])  # fmt: skip
def test_the_last_axis_of_a_weight_counts_its_units(name, shape):
    """Transforms and optimizers take the weights of a unit by it."""
    layer = REGISTRY.get("layer", name)()
    (weight,) = (spec for spec in layer.parameters(shape).values() if spec.fill is None)
    channels = 0 if name.endswith("d") else -1
    assert weight.axes[-1] == "out"
    assert weight.axes[0] == "in"
    assert weight.shape[-1] == layer.out_shape(shape)[channels]


def test_the_normal_distribution_keeps_its_digits_on_the_left():
    x = np.linspace(-37, 9, 500)
    np.testing.assert_allclose(normal_cdf(x), ndtr(x), rtol=1e-12)


def test_a_convolution_in_several_blocks_gives_what_one_block_gives(monkeypatch):
    layer = REGISTRY.get("layer", "conv2d")(channels=3, size=(3, 2), stride=(1, 2), padding=(1, 0))
    found = []
    for block in (1, 500, 1 << 19):
        monkeypatch.setattr("ravine_plugins.layers._convolution._BLOCK", block)
        network = Network(
            [Node("conv2d", layer)], (2, 7, 6),
            initializer=REGISTRY.get("initializer", "he")(), rng=rng(), dtype=np.float64,
        )  # fmt: skip
        x = rng().standard_normal((5, 2, 7, 6))
        y, backward = network.forward(x, training=True, rng=rng())
        backward(np.cos(y))
        found.append((y, network.parameters.grad.copy()))
    for y, grad in found[1:]:
        np.testing.assert_allclose(y, found[0][0], rtol=0, atol=1e-14)
        np.testing.assert_allclose(grad, found[0][1], rtol=0, atol=1e-12)


def test_batch_norm_normalises_the_batch_and_judges_by_what_it_has_seen():
    network = Network(
        [Node("batch_norm", REGISTRY.get("layer", "batch_norm")())], (3,),
        initializer=REGISTRY.get("initializer", "he")(), rng=rng(), dtype=np.float64,
    )  # fmt: skip
    draws = rng()
    for _ in range(200):
        y, _ = network.forward(draws.normal([5, -3, 0], [2, 0.1, 7], size=(500, 3)), training=True, rng=draws)
    assert y.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert y.var(axis=0) == pytest.approx(1, abs=1e-3)
    kept = network.buffers.named(network.buffers.theta)
    assert kept["0.batch_norm.mean"] == pytest.approx([5, -3, 0], abs=0.15)
    assert np.sqrt(kept["0.batch_norm.var"]) == pytest.approx([2, 0.1, 7], rel=0.05)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_batch_norm_takes_a_channel_of_an_image_at_all_its_places_for_one_unit(dtype):
    network = Network(
        [Node("batch_norm", REGISTRY.get("layer", "batch_norm")(momentum=0.0, eps=1e-9))], (3, 40, 30),
        initializer=REGISTRY.get("initializer", "he")(), rng=rng(), dtype=dtype,
    )  # fmt: skip
    draws = rng()
    x = draws.normal([5, -3, 0], [2, 0.1, 7], size=(50, 40, 30, 3)).transpose(0, 3, 1, 2).astype(dtype)
    y, backward = network.forward(x, training=True, rng=draws)
    assert y.mean(axis=(0, 2, 3), dtype=float) == pytest.approx(0, abs=2e-6)
    assert y.std(axis=(0, 2, 3), dtype=float) == pytest.approx([1, 1, 1], abs=1e-4)
    kept = network.buffers.named(network.buffers.theta)
    assert kept["0.batch_norm.mean"] == pytest.approx([5, -3, 0], abs=0.1)
    assert np.sqrt(kept["0.batch_norm.var"]) == pytest.approx([2, 0.1, 7], rel=0.02)
    # Of 60,000 numbers with mean 0 and variance 1 the sum of 1 + y is 60,000, and so is that of (1 + y) y.
    backward(1 + y)
    assert network.parameters.grad == pytest.approx([60000] * 6, rel=1e-5)


def test_batch_norm_leaves_its_statistics_alone_where_a_batch_has_no_variance():
    network = Network(
        [Node("batch_norm", REGISTRY.get("layer", "batch_norm")())], (3,),
        initializer=REGISTRY.get("initializer", "he")(), rng=rng(), dtype=np.float64,
    )  # fmt: skip
    draws = rng()
    network.forward(draws.normal([5, -3, 0], [2, 0.1, 7], size=(500, 3)), training=True, rng=draws)
    kept = network.buffers.theta.copy()
    for equal in ([[4.0, -3.1, 2.5]], [[0.1, 0.2, 0.3]] * 3):
        y, backward = network.forward(np.array(equal), training=True, rng=draws)
        assert (network.buffers.theta == kept).all()
        judged, _ = network.forward(np.array(equal), training=False, rng=draws)
        assert (y == judged).all()
        # γ is 1, so the gradient of β is the sum of dy, and that of γ the sum of dy times the output.
        backward(np.ones_like(y))
        assert network.parameters.grad == pytest.approx([*y.sum(axis=0), *[len(y)] * 3])


@pytest.mark.parametrize("n", [128, 1000, 60000])
def test_batch_norm_does_not_make_a_signal_of_what_rounding_leaves(n):
    # Sums of float32 down a column of 60,000 numbers keep three digits; the others would be taken for variance.
    network = Network(
        [Node("batch_norm", REGISTRY.get("layer", "batch_norm")())], (3,),
        initializer=REGISTRY.get("initializer", "he")(), rng=rng(), dtype=np.float32,
    )  # fmt: skip
    x = np.full((n, 3), 100.1, np.float32)
    x[:, 1] += rng().normal(0, 1, n).astype(np.float32)
    x[:, 2] = [1.0, 3.0] * (n // 2)
    y, _ = network.forward(x, training=True, rng=rng())
    assert (y[:, 0] == 0).all()
    exact = x[:, 1].astype(float)
    assert y[:, 1] == pytest.approx((exact - exact.mean()) / np.sqrt(exact.var() + 1e-6), rel=1e-4, abs=2e-5)
    assert y[:, 2] == pytest.approx([-1.0, 1.0] * (n // 2), rel=2e-6)


@pytest.mark.parametrize("name", ["affine", "batch_norm"])
def test_gradients_of_large_batches_keep_their_digits(name):
    # 60,000 times 0.1, added one after the other in float32, is 6003.5.
    network = Network(
        [Node(name, REGISTRY.get("layer", name)())], (4,),
        initializer=REGISTRY.get("initializer", "he")(), rng=rng(), dtype=np.float32,
    )  # fmt: skip
    x = rng().normal(size=(60000, 4)).astype(np.float32)
    y, backward = network.forward(x, training=True, rng=rng())
    backward(np.full_like(y, 0.1))
    grads = network.parameters.named(network.parameters.grad)
    of_shift = grads[f"0.{name}.{'b' if name == 'affine' else 'beta'}"]
    assert of_shift == pytest.approx(60000 * float(np.float32(0.1)), rel=2e-6)


@pytest.mark.parametrize("n", [1, 7, 128])
def test_sums_over_usual_batches_have_the_bits_of_one_sum(n):
    x, out = rng().normal(size=(n, 5)).astype(np.float32), np.zeros(5, np.float32)
    over_batch(x, out)
    assert out.tobytes() == x.sum(axis=0).tobytes()


# ---- losses --------------------------------------------------------------------------------------------------


def test_cross_entropy_survives_outputs_of_any_size():
    loss = REGISTRY.get("loss", "softmax_cross_entropy")()
    value, dy = loss(np.array([[1e4, 0.0], [0.0, 1e4]], dtype=np.float32), np.array([1, 1]))
    assert value == pytest.approx(5e3)
    assert np.isfinite(dy).all()


# ---- regularizers --------------------------------------------------------------------------------------------


# Penalty, derivative and what is left after shrinking at lr = 0.1 of the weights (3, -4), by hand.
PULLS = {
    "none": ({}, 0, (0, 0), (3, -4)),
    "l1": ({"strength": 0.2}, 1.4, (0.2, -0.2), (3, -4)),
    "l2": ({"strength": 0.2}, 2.5, (0.6, -0.8), (3, -4)),
    "elastic_net": ({"strength": 0.2, "l1_ratio": 0.75}, 1.675, (0.3, -0.35), (3, -4)),
    "decoupled_l2": ({"strength": 0.2}, 0, (0, 0), (2.94, -3.92)),
}
# Of one unit with these weights, its length is 5: 0.2 √2 5; 0.2 (25 − 1)², and 4 · 0.2 · 24 of each weight; 0.1 · 25.
PULLS_OF_A_UNIT = {
    "group_lasso": (
        {"strength": 0.2, "groups": "out"},
        math.sqrt(2),
        (0.12 * math.sqrt(2), -0.16 * math.sqrt(2)),
    ),
    "orthogonality": ({"strength": 0.2}, 115.2, (57.6, -76.8)),
    "spectral_norm": ({"strength": 0.2}, 2.5, (0.6, -0.8)),
}


@pytest.mark.parametrize(("name", "cls"), named("regularizer"))
def test_regularizer_pulls_as_hard_as_it_says(name, cls):
    if name in PULLS_OF_A_UNIT:
        fields, penalty, gradient = PULLS_OF_A_UNIT[name]
        regularizer, w, g = cls(**fields), np.array([[3.0], [-4.0]]), np.zeros((2, 1))
        place = Place("0.affine.W", (2, 1), "hidden", 0, 1, 1.0, ("in", "out"))
        assert regularizer.penalty(w, place=place) == pytest.approx(penalty)
        regularizer.add_gradient(w, g, place=place)
        assert g.ravel() == pytest.approx(gradient)
        return
    fields, penalty, gradient, shrunk = PULLS[name]
    regularizer, w, g = cls(**fields), np.array([3.0, -4.0]), np.zeros(2)
    assert regularizer.penalty(w) == pytest.approx(penalty)
    regularizer.add_gradient(w, g)
    assert g == pytest.approx(gradient)
    regularizer.shrink(w, 0.1)
    assert w == pytest.approx(shrunk)


# ---- initializers --------------------------------------------------------------------------------------------

# Standard deviations by hand, for fan in 400 and fan out 100; √(limit² / 3) for uniform ones.
STD = {
    "zeros": 0, "constant": 0, "normal": 0.01, "uniform": 0.05 / math.sqrt(3), "xavier": 0.05, "lecun": 0.05,
    "lecun_uniform": 0.05, "glorot": math.sqrt(0.004), "glorot_uniform": math.sqrt(0.004),
    "he": math.sqrt(0.005), "he_uniform": math.sqrt(0.005), "orthogonal": 0.05, "lsuv": 0.05,
    "truncated_normal": 0.02 * 0.879625661, "variance_scaling": 0.05, "heuristic_uniform": 0.05 / math.sqrt(3),
    "delta_orthogonal": 0.05, "identity": math.sqrt(399) / 400, "dirac": math.sqrt(399) / 400,
    "sparse": math.sqrt(15 / 400),
}  # fmt: skip


@pytest.mark.parametrize(("name", "cls"), named("initializer"))
def test_initializer_has_the_width_of_its_paper(name, cls):
    assert cls().std_for(400, 100) == pytest.approx(STD[name])
    mean = {"constant": 0.1, "identity": 1 / 400, "dirac": 1 / 400}.get(name, 0)
    assert cls().mean_for(400, 100) == mean
    if name.endswith("uniform"):
        w = cls().sample(rng(), (400, 1000), 400, 100)
        assert np.abs(w).max() == pytest.approx(STD[name] * math.sqrt(3), rel=0.001)


# ---- schedules -----------------------------------------------------------------------------------------------

# Factors at steps 0, 50 and 99 of 100 with the fields given, worked by hand.
FACTORS = {
    "constant": ({}, 1, 1, 1),
    "step": ({"every": 50, "gamma": 0.1}, 1, 0.1, 0.1),
    "exponential": ({"gamma": 0.99}, 1, 0.605006067, 0.369729638),
    "inverse_time": ({"rate": 0.02}, 1, 0.5, 0.335570470),
    "cosine": ({"floor": 0.2}, 1, 0.6, 0.200197360),
    "warm_up": ({"length": 100}, 0.01, 0.51, 1),
    # The middle is at step 24.75, a third of the way to 0 at step 49.5.
    "one_cycle": ({"start": 0.2, "end": 0.0, "share": 0.25}, 0.2, 0.740784138, 0),
    # Without evaluations.
    "plateau": ({}, 1, 1, 1),
    "linear": ({"start": 0.5, "end": 0.1}, 0.5, 0.3, 0.104),
    "polynomial": ({"power": 2.0, "floor": 0.1}, 1, 0.325, 0.10009),
    "multi_step": ({"milestones": (50, 99), "gamma": 0.1}, 1, 0.1, 0.01),
    "inverse_sqrt": ({"length": 4}, 1, 2 / math.sqrt(51), 0.2),
    "noam": ({"d_model": 4, "warm_up": 100}, 0.0005, 0.0255, 0.05),
    # In the second fall, of 120 updates, at 10 and 59.
    "cosine_restarts": ({"period": 40, "multiplier": 3, "floor": 0.2}, 1, 0.986370330, 0.610470779),
    "triangular": ({"stepsize": 25, "floor": 0.2}, 0.2, 0.2, 0.232),
    "triangular2": ({"stepsize": 25, "floor": 0.2}, 0.2, 0.2, 0.216),
    "exp_range": ({"stepsize": 25, "floor": 0.2, "gamma": 0.99}, 0.2, 0.2, 0.211831348),
    "warm_up_stable_decay": ({"warm_up": 10, "decay": 0.5, "shape": "linear", "floor": 0.2}, 0.1, 1, 0.216),
    # The peak is at 24.75, the start again at 74.25.
    "linear_one_cycle": ({"start": 0.2, "end": 0.0, "share": 0.25, "down": 0.75}, 0.2, 0.591919192, 0),
}


@pytest.mark.parametrize(("name", "cls"), named("schedule"))
def test_schedule_factors(name, cls):
    fields, *expected = FACTORS[name]
    assert [cls(**fields).factor(step, 100) for step in (0, 50, 99)] == pytest.approx(expected, rel=1e-6)


# ---- surfaces ------------------------------------------------------------------------------------------------


# Values at one point each, by hand; 24.2 is the start that Rosenbrock took.
VALUES = {
    "ackley": ((1, 1), 20 - 20 * math.exp(-0.2)),
    "beale": ((1, 1), 14.203125),
    "double_well": ((1, 1), 1.3),
    "himmelblau": ((0, 0), 170),
    "plateau": ((1, 1), 1 - 1 / math.e),
    "rastrigin": ((0.5, 0.5), 40.5),
    "ravine": ((-7, 2), 6.45),
    "rosenbrock": ((-1.2, 1), 24.2),
    "saddle": ((2, 1), 3),
    "sphere": ((3, 4), 25),
    "twin_wells": ((1, 0), 2),
    "booth": ((0, 0), 74),
    "matyas": ((1, 2), 0.34),
    "styblinski_tang": ((1, 2), -24),
    "levy": ((5, 5), 2 + 10 * math.sin(1) ** 2),
    "griewank": ((math.pi, 0), 2 + math.pi**2 / 4000),
    "schwefel": ((0, 0), 837.96577454),
    "zakharov": ((1, 2), 50.3125),
    "easom": ((math.pi, 0), math.exp(-(math.pi**2))),
    "three_hump_camel": ((1, 1), 2.95 + 1 / 6),
    "six_hump_camel": ((1, 1), 2.9 + 1 / 3),
    "goldstein_price": ((1, 1), 1876),
    "mccormick": ((0, 0), 1),
    "michalewicz": ((0, math.pi / 2), -1),
    "bukin": ((-10, 0), 100),
    "drop_wave": ((math.pi / 6, 0), -2 / (2 + math.pi**2 / 72)),
    "monkey_saddle": ((2, 1), 2),
    "branin": ((0, 0), 56 - 1.25 / math.pi),
    "rotated_ravine": ((math.sqrt(3) / 2, 1 / 2), 1 / 20),
    "canyon": ((0, 1), 1 - math.exp(-2)),
}
DEPTHS = {
    "double_well": -0.305428,
    "styblinski_tang": -78.332331,
    "easom": -1,
    "six_hump_camel": -1.031628,
    "goldstein_price": 3,
    "mccormick": -1.913223,
    "michalewicz": -1.801303,
    "drop_wave": -1,
    "branin": 0.397887,
}


@pytest.mark.parametrize(("name", "cls"), named("surface"))
def test_surface_is_the_function_of_that_name(name, cls):
    (x, y), value = VALUES[name]
    assert cls().value(np.array([float(x)]), np.array([float(y)])) == pytest.approx(value)
    for point in cls().minima:
        assert cls().value(*np.array([point]).T) == pytest.approx(DEPTHS.get(name, 0), abs=1e-6)


# ---- all -----------------------------------------------------------------------------------------------------

# Fields without a default.
NEEDED = {"csv": {"file": ".", "target": "y"}, "idx": {"folder": "."}, "npz": {"file": "."}}
EVERYTHING = [pytest.param(entry, id=f"{entry.kind} {entry.name}") for entry in BUILT_IN]


@pytest.mark.parametrize(("name", "cls"), named("optimizer"))
def test_optimizers_have_both_paper_and_formula(name, cls):
    assert "References\n" in cls.__doc__
    assert ".. math::" in cls.__doc__


@pytest.mark.parametrize("entry", EVERYTHING)
def test_component_refuses_what_is_out_of_range(entry):
    needed = NEEDED.get(entry.name, {})
    for info in dataclasses.fields(entry.cls):
        field = info.name
        if info.type in ("float", float) or field in ("units", "every", "length", "window", "columns"):
            for bad in (-math.inf, math.nan):
                with pytest.raises(ValueError, match=rf"{entry.cls.__name__}: {field} = .* is not in [\[(]"):
                    entry.cls(**needed, **{field: bad})


def test_an_optimizer_without_a_step_cannot_be_made():
    with pytest.raises(TypeError, match="step"):
        Optimizer(lr=1.0)


# ---- contracts -----------------------------------------------------------------------------------------------


def contracts():
    """Every class of the core that is there to be inherited from: its class line says so, or it lacks a method."""
    for module in pkgutil.walk_packages(ravine.__path__, "ravine."):
        if module.name != "ravine.__main__":
            for cls in vars(importlib.import_module(module.name)).values():
                here = inspect.isclass(cls) and cls.__module__ == module.name
                if here and (ABC in cls.__bases__ or inspect.isabstract(cls)):
                    yield cls


CONTRACTS = sorted(contracts(), key=lambda cls: cls.__name__)


def test_every_contract_is_one():
    known = {Component, Dimension, Problem, Proposals, StatelessSampler, Statistic, Training}
    known |= {kind.base for kind in registry.KINDS.values()}
    assert known <= {*CONTRACTS}


@pytest.mark.parametrize("cls", CONTRACTS, ids=lambda cls: cls.__name__)
def test_a_contract_refuses_to_be_constructed(cls):
    with pytest.raises(TypeError, match=f"^Can't instantiate abstract class {cls.__name__}"):
        cls()


def test_what_inherits_from_a_contract_can_be_constructed():
    @dataclasses.dataclass(frozen=True)
    class Nothing(Regularizer):
        """Nothing."""

    with pytest.raises(TypeError, match="unexpected keyword argument 'strength'"):
        Nothing(strength=1.0)
    assert pickle.loads(pickle.dumps(REGISTRY.get("optimizer", "adam")(lr=0.5))).lr == 0.5
    assert copy.deepcopy(Nothing()) == dataclasses.replace(Nothing()) == Nothing()
