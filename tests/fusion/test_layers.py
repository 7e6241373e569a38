"""Layers without arrays as compiled loops: the same bits as NumPy's, or NumPy."""

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.fusion.pointwise import Pointwise
from ravine.fusion.trial import differ, difficult

# What prevents loops, as far as the line: functions for which NumPy has its own approximation, and other shapes.
BY_NUMPY = {
    "activity_penalty": "what follows depends on numbers in an array: n = len(x)",
    "dropout": "it draws random numbers: mask = rng.random(x.shape, dtype=np.float32) >= self.ratio",
    "elu": "np.expm1: y = np.where(x > 0, x, self.alpha * np.expm1(below))",
    "flatten": "an array's .reshape: return x.reshape(len(x), -1), lambda dy, need_dx=True: dy.reshape(x.shape)",
    "gelu": "np.exp: tail = 0.5 * t * np.exp(_chebyshev(ERFC, 2 * t - 1) - z * z)",
    "gelu_tanh": "np.tanh: t = np.tanh(c * (x + 0.044715 * x * x * x))",
    "mish": "np.logaddexp: t = np.tanh(np.logaddexp(x, 0))",
    "selu": "np.expm1: y = SCALE * np.where(x > 0, x, ALPHA * np.expm1(below))",
    "sigmoid": "np.tanh: y = 0.5 * (1 + np.tanh(0.5 * x))",
    "silu": "np.exp: e = np.exp(-np.abs(x))",
    "softplus": "np.logaddexp: y = np.logaddexp(x, 0)",
    "tanh": "np.tanh: y = np.tanh(x)",
}
FUSED = ("identity", "leaky_relu", "relu", "softsign", "stop_gradient")


def passes(layer, rows, dtype, pointwise, *, training=True):
    """What NumPy and loops return for inputs and a gradient; None for loops that there are not."""
    x, dy = (difficult(np.empty((rows, 6), dtype), rows + i) for i in range(2))

    def forward(x, rng):
        return layer.forward(x, None, training=training, rng=rng)

    with np.errstate(all="ignore"):
        due, back, *_ = forward(x, np.random.default_rng(0))
        found = pointwise(layer, forward, x, training=training)
        return (due, back(dy)), found and (found[0], found[1](dy))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [*FUSED, *BY_NUMPY])
def test_a_layer_gives_the_same_bits_and_says_what_prevents_loops(name, dtype):
    layer, pointwise = registry.load().entry("layer", name).make({}), Pointwise()
    # The last batch of an epoch is smaller.
    for rows in (20, 7, 20):
        by_numpy, by_loops = passes(layer, rows, dtype, pointwise)
        assert pointwise.fault.partition("  (")[0] == BY_NUMPY.get(name, "")
        if name in FUSED:
            assert not any(map(differ, by_numpy, by_loops))
        else:
            assert by_loops is None


def test_dropout_is_pointwise_in_an_evaluation():
    layer = registry.load().entry("layer", "dropout").make({})
    by_numpy, by_loops = passes(layer, 20, np.float32, Pointwise(), training=False)
    assert not any(map(differ, by_numpy, by_loops))


def test_a_layer_whose_field_has_changed_is_fused_anew():
    pointwise = Pointwise()
    for slope in (0.1, 0.3):
        layer = registry.load().entry("layer", "leaky_relu").make({"slope": slope})
        by_numpy, by_loops = passes(layer, 20, np.float32, pointwise)
        assert not any(map(differ, by_numpy, by_loops))


def test_a_gradient_of_another_type_is_the_layers_own():
    layer, pointwise = registry.load().entry("layer", "relu").make({}), Pointwise()
    x = difficult(np.empty((4, 6), np.float32), 0)
    _, backward = pointwise(
        layer, lambda x, rng: layer.forward(x, None, training=True, rng=rng), x, training=True
    )
    dy = np.ones((4, 6))
    assert backward(dy).dtype == np.float64


def test_a_network_of_relu_learns_the_same_bits(monkeypatch):
    words = [
        "dataset.train=300",
        "dataset.test=50",
        "network.hidden=[12,12]",
        "training.steps=40",
        "network.dropout=0.2",
    ]
    runs = []
    for fuses in (True, False):
        monkeypatch.setattr("ravine.engine.training.pays", lambda parameters, updates, fuses=fuses: fuses)
        runs.append(ravine.build(ravine.compose(words)).run())
    fused, plain = runs
    assert {"layer 2.relu", "layer 5.relu"} <= {*fused.provenance["fusion"]["loops"]}
    assert fused.provenance["fusion"]["numpy"].keys() == {
        "layer 0.flatten",
        "layer 3.dropout",
        "layer 6.dropout",
    }
    for name, array in plain.arrays.items():
        assert fused.arrays[name].tobytes() == array.tobytes(), name
    for name, array in plain.weights().items():
        assert fused.weights()[name].tobytes() == array.tobytes(), name
