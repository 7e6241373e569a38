"""Every registered component, from one table: gradients against differences, shapes, dtypes, statistics."""

import dataclasses
import math

import numpy as np
import pytest
from ravine import registry
from ravine.layer import ParameterSpec
from ravine.network import Network
from ravine.optimizer import Optimizer
from ravine.parameters import Parameters
from ravine.training import Update

REGISTRY = registry.load()
BATCH, N_IN = 6, 5
SETTINGS = {"affine": {"units": 4}}  # fields without which a small test would be slow
ROUGH = 1e-6  # relative error of central differences in float64


def named(kind):
    return [pytest.param(name, entry.cls, id=name) for name, entry in REGISTRY.entries[kind].items()]


def make(cls, name):
    return cls(**SETTINGS.get(name, {}))


def rng():
    return np.random.default_rng(7)


def off_kinks(x):
    """Move numbers away from 0, where max and sign have none or any derivative."""
    return x + 0.05 * np.sign(x)


def directional(f, x, direction, h=1e-6):
    """The derivative of a scalar function along a direction, by central differences; x is put back."""
    keep = x.copy()
    x[...] = keep + h * direction
    above = f()
    x[...] = keep - h * direction
    below = f()
    x[...] = keep
    return (above - below) / (2 * h)


def assert_close(analytic, numeric):
    assert abs(analytic) > 1e-8, "the gradient is 0: nothing is tested"
    assert abs(analytic - numeric) <= ROUGH * max(abs(analytic), abs(numeric), 1e-3)


# ---- optimizers ----------------------------------------------------------------------------------------------


def fresh(cls, n=100_000, dtype=np.float64, whole=False):
    parameters = Parameters({("all", "w"): ParameterSpec((n,), fill=0.0)}, dtype)
    parameters.theta[:] = rng().normal(size=n)
    if whole:
        cls = type(cls.__name__, (cls,), {}, slots=cls.slots, sees="all")
    return parameters, Update(cls(), parameters)


@pytest.mark.parametrize(("name", "cls"), named("optimizer"))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_equal_whole_bit_for_bit(name, cls, dtype):
    gradients = rng().normal(size=(5, 100_000)).astype(dtype)
    thetas = []
    for whole in (False, True):
        parameters, update = fresh(cls, dtype=dtype, whole=whole)
        assert len(update._pieces) == 1 if whole else len(update._pieces) > 1
        for t, g in enumerate(gradients, start=1):
            parameters.grad[:] = g
            update(t, 0.01)
        thetas.append(parameters.theta.tobytes() + b"".join(s.tobytes() for s in update.state.values()))
    assert thetas[0] == thetas[1]


@pytest.mark.parametrize(("name", "cls"), named("optimizer"))
def test_optimizer_moves_theta_and_slots_in_place_and_spares_the_gradient(name, cls):
    for dtype in (np.float32, np.float64):
        parameters, update = fresh(cls, n=50, dtype=dtype)
        parameters.grad[:] = rng().normal(size=50)
        theta, grad, state = parameters.theta.copy(), parameters.grad.copy(), dict(update.state)
        update(1, 0.01)
        assert (parameters.theta != theta).all()
        assert (parameters.grad == grad).all()
        assert parameters.theta.dtype == dtype
        assert update.state.keys() == state.keys()
        for slot, array in update.state.items():
            assert array is state[slot]
            assert array.dtype == dtype
            assert array.any(), f"slot {slot} is never written"


@pytest.mark.parametrize(("name", "cls"), named("optimizer"))
def test_optimizer_stands_still_without_a_rate_and_descends_with_one(name, cls):
    parameters, update = fresh(cls, n=50)
    start = parameters.theta.copy()
    parameters.grad[:] = start
    update(1, 0.0)
    assert (parameters.theta == start).all()

    parameters, update = fresh(cls, n=50)
    for t in range(1, 51):
        parameters.grad[:] = parameters.theta  # of half the square
        update(t, 0.01)
    assert np.square(parameters.theta).sum() < np.square(start).sum()


# ---- layers --------------------------------------------------------------------------------------------------


def bound(name, cls, dtype=np.float64):
    """A network of one layer, with every parameter and buffer moved off its special start."""
    network = Network(
        [(name, make(cls, name))],
        (N_IN,),
        initializer=REGISTRY.get("initializer", "he")(),
        rng=rng(),
        dtype=dtype,
    )
    for arrays in (network.parameters, network.buffers):
        arrays.theta += 0.3 * rng().random(len(arrays.theta)).astype(dtype)
    return network


@pytest.mark.parametrize("training", [True, False], ids=["training", "judged"])
@pytest.mark.parametrize(("name", "cls"), named("layer"))
def test_layer_gradients_against_differences(name, cls, training):
    ((layer, p),) = bound(name, cls)._bound
    network = bound(name, cls)
    ((layer, p),) = network._bound
    x = off_kinks(rng().normal(size=(BATCH, N_IN)))
    buffers = network.buffers.theta.copy()

    def forward():
        network.buffers.theta[:] = buffers
        return layer.forward(x, p, training=training, rng=rng())  # the same noise every time

    y, backward = forward()
    assert y.shape == (BATCH, *network.out_shape)
    towards = rng().normal(size=y.shape)
    dx = backward(towards)

    def loss():
        return float((forward()[0] * towards).sum())

    direction = rng().normal(size=x.shape)
    assert_close(float((dx * direction).sum()), directional(loss, x, direction))
    grad = network.parameters.grad.copy()
    for view, dview in zip(
        network.parameters.named(network.parameters.theta).values(),
        network.parameters.named(grad).values(),
        strict=True,
    ):
        direction = rng().normal(size=view.shape)
        assert_close(float((dview * direction).sum()), directional(loss, view, direction))


@pytest.mark.parametrize(("name", "cls"), named("layer"))
def test_layer_keeps_its_input_its_dtype_and_its_promises(name, cls):
    network = bound(name, cls, np.float32)
    ((layer, p),) = network._bound
    x = rng().normal(size=(BATCH, N_IN)).astype(np.float32)
    keep = x.copy()
    y, backward = layer.forward(x, p, training=True, rng=rng())
    dy = rng().normal(size=y.shape).astype(np.float32)
    dx = backward(dy)
    assert (x == keep).all()
    assert y.dtype == dx.dtype == network.parameters.grad.dtype == np.float32
    assert dx.shape == x.shape

    with_dx = network.parameters.grad.copy()
    network.parameters.grad[:] = np.nan
    _, backward = layer.forward(x, p, training=True, rng=rng())
    backward(dy, need_dx=False)
    assert (network.parameters.grad == with_dx).all()

    judged = [layer.forward(x, p, training=False, rng=None)[0] for _ in range(2)]
    assert (judged[0] == judged[1]).all()


def test_dropout_drops_the_share_it_says_and_keeps_the_expectation():
    x = np.ones((1000, 100))
    for name, factor in (("dropout", 1.0), ("inverted_dropout", 1 / 0.7)):
        layer = REGISTRY.get("layer", name)(ratio=0.3)
        y, _ = layer.forward(x, None, training=True, rng=rng())
        assert (y == 0).mean() == pytest.approx(0.3, abs=0.005)
        assert y.max() == pytest.approx(factor)
        judged, _ = layer.forward(x, None, training=False, rng=rng())
        assert judged.mean() == pytest.approx(y.mean(), abs=0.01)


def test_batch_norm_normalises_the_batch_and_judges_by_what_it_has_seen():
    network = Network(
        [("batch_norm", REGISTRY.get("layer", "batch_norm")())], (3,),
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


# ---- losses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("integer", [True, False], ids=["class numbers", "rows"])
@pytest.mark.parametrize(("name", "cls"), named("loss"))
def test_loss_gradient_against_differences(name, cls, integer):
    loss, y = cls(), rng().normal(size=(BATCH, 4))
    target = rng().integers(4, size=BATCH)
    if not integer:
        target = np.eye(4)[target]
    value, dy = loss(y, target)
    direction = rng().normal(size=y.shape)
    assert_close(float((dy * direction).sum()), directional(lambda: loss(y, target)[0], y, direction))
    assert value == loss(y, np.eye(4)[target] if integer else target.argmax(axis=1))[0]
    assert loss(y.astype(np.float32), target)[1].dtype == np.float32


@pytest.mark.parametrize(("name", "cls"), named("loss"))
def test_loss_is_a_mean_over_the_batch(name, cls):
    y, target = rng().normal(size=(BATCH, 4)), rng().integers(4, size=BATCH)
    each = [cls()(y[i : i + 1], target[i : i + 1])[0] for i in range(BATCH)]
    assert cls()(y, target)[0] == pytest.approx(np.mean(each))


def test_cross_entropy_survives_outputs_of_any_size():
    loss = REGISTRY.get("loss", "softmax_cross_entropy")()
    value, dy = loss(np.array([[1e4, 0.0], [0.0, 1e4]], dtype=np.float32), np.array([1, 1]))
    assert value == pytest.approx(5e3)
    assert np.isfinite(dy).all()


# ---- regularizers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "cls"), named("regularizer"))
def test_regularizer_gradient_is_the_derivative_of_its_penalty(name, cls):
    regularizer, w = cls(), off_kinks(rng().normal(size=40))
    g = np.zeros(40)
    regularizer.add_gradient(w, g)
    direction = np.sign(w) * rng().random(40)
    numeric = directional(lambda: regularizer.penalty(w), w, direction)
    if regularizer.penalty(w) == 0:
        assert not g.any()
    else:
        assert_close(float(g @ direction), numeric)


@pytest.mark.parametrize(("name", "cls"), named("regularizer"))
def test_regularizer_pulls_towards_0_in_one_way_only(name, cls):
    regularizer, w = cls(), rng().normal(size=40)
    g, shrunk = np.zeros(40), w.copy()
    regularizer.add_gradient(w, g)
    regularizer.shrink(shrunk, 0.1)
    assert not (g.any() and (shrunk != w).any()), "both coupled and decoupled"
    assert (g * w >= 0).all()
    assert (np.abs(shrunk) <= np.abs(w)).all()
    assert name == "none" or g.any() or (shrunk != w).any()


# ---- initializers --------------------------------------------------------------------------------------------

# Standard deviations by hand, for fan in 400 and fan out 100; √(limit² / 3) for uniform ones.
STD = {
    "zeros": 0, "constant": 0, "normal": 0.01, "uniform": 0.05 / math.sqrt(3), "xavier": 0.05, "lecun": 0.05,
    "lecun_uniform": 0.05, "glorot": math.sqrt(0.004), "glorot_uniform": math.sqrt(0.004),
    "he": math.sqrt(0.005), "he_uniform": math.sqrt(0.005),
}  # fmt: skip


@pytest.mark.parametrize(("name", "cls"), named("initializer"))
def test_initializer_has_the_width_of_its_paper(name, cls):
    w = cls().sample(rng(), (400, 1000), 400, 100)
    assert w.shape == (400, 1000)
    assert w.std() == pytest.approx(STD[name], rel=0.01, abs=1e-12)
    assert w.mean() == pytest.approx(0.1 if name == "constant" else 0, abs=4e-4)
    if name.endswith("uniform"):
        assert np.abs(w).max() == pytest.approx(STD[name] * math.sqrt(3), rel=0.001)
    assert (w == cls().sample(rng(), (400, 1000), 400, 100)).all()


# ---- schedules -----------------------------------------------------------------------------------------------

# Factors at steps 0, 50 and 99 of 100 with the fields given, worked by hand.
FACTORS = {
    "constant": ({}, 1, 1, 1),
    "step": ({"every": 50, "gamma": 0.1}, 1, 0.1, 0.1),
    "exponential": ({"gamma": 0.99}, 1, 0.605006067, 0.369729638),
    "inverse_time": ({"rate": 0.02}, 1, 0.5, 0.335570470),
    "cosine": ({"floor": 0.2}, 1, 0.6, 0.200197360),
    "warm_up": ({"length": 100}, 0.01, 0.51, 1),
}


@pytest.mark.parametrize(("name", "cls"), named("schedule"))
def test_schedule_factors(name, cls):
    fields, *expected = FACTORS[name]
    assert [cls(**fields).factor(step, 100) for step in (0, 50, 99)] == pytest.approx(expected, rel=1e-6)


# ---- surfaces ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "cls"), named("surface"))
def test_surface_gradient_against_differences(name, cls):
    surface = cls()
    (x_min, x_max), (y_min, y_max) = surface.domain
    x, y = rng().uniform(x_min, x_max, 50), rng().uniform(y_min, y_max, 50)
    dx, dy = surface.gradient(x, y)
    h = 1e-5
    for analytic, numeric in (
        (dx, (surface.value(x + h, y) - surface.value(x - h, y)) / (2 * h)),
        (dy, (surface.value(x, y + h) - surface.value(x, y - h)) / (2 * h)),
    ):
        assert np.abs(analytic).max() > 0
        assert np.abs(analytic - numeric).max() <= 1e-6 * np.abs(analytic).max()


@pytest.mark.parametrize(("name", "cls"), named("surface"))
def test_surface_minima_are_minima(name, cls):
    surface = cls()
    (x_min, x_max), (y_min, y_max) = surface.domain
    x, y = np.meshgrid(np.linspace(x_min, x_max, 401), np.linspace(y_min, y_max, 401))
    for point in surface.minima:
        px, py = np.array([point[0]]), np.array([point[1]])
        assert np.concatenate(surface.gradient(px, py)) == pytest.approx(0, abs=1e-9)
        assert surface.value(px, py)[0] <= surface.value(x, y).min() + 1e-9
    assert surface.minima or surface.value(x, y).min() < surface.value(*np.zeros((2, 1)))[0]
    assert x_min <= surface.start[0] <= x_max
    assert y_min <= surface.start[1] <= y_max


@pytest.mark.parametrize(("name", "cls"), named("surface"))
def test_surface_keeps_float32(name, cls):
    x = np.float32([0.5, -1.0])
    for array in (cls().value(x, x), *cls().gradient(x, x)):
        assert array.dtype == np.float32
        assert array.shape == (2,)


# ---- all -----------------------------------------------------------------------------------------------------

EVERYTHING = [pytest.param(entry, id=f"{entry.kind} {entry.name}") for entry in REGISTRY]


@pytest.mark.parametrize("entry", EVERYTHING)
def test_component_has_a_card(entry):
    doc = entry.cls.__doc__
    assert entry.summary.endswith(".")
    for field in dataclasses.fields(entry.cls):
        if field.name != "start":  # said once, by Surface
            assert field.name in doc, f"{field.name} is not explained"
    if entry.kind == "optimizer":
        assert "References\n" in doc
        assert ".. math::" in doc


@pytest.mark.parametrize("entry", EVERYTHING)
def test_component_is_frozen_and_refuses_what_is_out_of_range(entry):
    needed = {"folder": "."} if entry.name == "idx" else {}
    component = entry.cls(**needed)
    for info in dataclasses.fields(entry.cls):
        field = info.name
        with pytest.raises(AttributeError):
            setattr(component, field, 1)
        if info.type in ("float", float) or field in ("units", "every", "length", "window", "columns"):
            for bad in (-math.inf, math.nan):
                with pytest.raises(ValueError, match=rf"{entry.cls.__name__}: {field} = .* is not in [\[(]"):
                    entry.cls(**needed, **{field: bad})


def test_an_optimizer_without_a_step_cannot_be_made():
    with pytest.raises(TypeError, match="step"):
        Optimizer(lr=1.0)
