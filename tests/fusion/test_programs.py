"""Layers as programs: the same bits as the layers', in every pass, or NumPy runs them and it is said why."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Composite, Layer, registry
from ravine.engine.network import Node
from ravine.fusion import assembly, kernel, stretch, trial
from ravine.fusion.kernel import Fusion
from ravine.testing.layer import fitting_shape
from twins import LAYERS, Twins, made

# What prevents a program, as far as the line.
BY_NUMPY = {
    "activity_penalty": "what follows depends on numbers in an array: penalty = (self.l1 * ",
    "average_pool": "an array is changed of which another one is a view: into += share",
    "conv1d": "an array is copied by NumPy: padded[at] = ",
    "conv2d": "an array is copied by NumPy: padded[at] = ",
    "group_norm": "an array is copied by NumPy: rows = np.ascontiguousarray(",
    "max_pool": "an array is changed of which another one is a view: into += given",
    "maxout": "np.put_along_axis: np.put_along_axis(dx, largest, ",
    "prelu": "an array is copied by NumPy: rows = np.ascontiguousarray(",
    "standardized_conv2d": "an array is copied by NumPy: padded[at] = ",
}
PROGRAMS = (
    *("affine", "batch_norm", "drop_connect", "dropout", "elu", "flatten", "gelu", "gelu_tanh"),
    *("global_average_pool", "identity", "inverted_dropout", "layer_norm", "leaky_relu", "mish", "relu"),
    *("reshape", "rms_norm", "selu", "sigmoid", "silu", "softplus", "softsign", "spatial_dropout"),
    *("standardized_affine", "stochastic_depth", "stop_gradient", "tanh"),
)


def test_all_layers_are_tried():
    composite = {"concat", "residual"}
    of_words = {"embedding"}
    names = {entry.name for entry in registry.load() if entry.kind == "layer"}
    assert names == {*BY_NUMPY, *PROGRAMS} | composite | of_words


@pytest.mark.parametrize("fusion", [Fusion.BOTH, Fusion.PROGRAMS])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [*PROGRAMS, *BY_NUMPY])
def test_a_layer_gives_the_same_bits_and_says_what_prevents_a_program(name, dtype, fusion):
    shape = fitting_shape(made(name).layer)
    twins = Twins(lambda: [made(name)], shape, dtype, fusion)
    # The last batch of an epoch is smaller, and an evaluation between steps changes nothing.
    for rows, training in ((90, True), (90, True), (33, True), (90, False), (90, True), (33, True), (90, True)):
        twins.step(rows, training=training)
    for _ in range(2):
        twins.step(training=False)
    why = twins.fused.fused[f"0.{name}"]
    assert why.startswith(BY_NUMPY[name]) if name in BY_NUMPY else not why
    evaluates = {ready.outline.dy is None for ready in twins.programs}
    assert evaluates == ({True, False} if name in PROGRAMS else set())


def test_an_evaluation_becomes_a_program_when_it_has_come_often(monkeypatch):
    monkeypatch.setattr(stretch, "_RARE", 3)
    twins, found = Twins(perceptron, (3, 5)), []
    for _ in range(5):
        twins.step(training=False)
        found.append(len(twins.programs))
    assert found == [0, 0, 0, 1, 1]


def perceptron():
    return [made("flatten"), *(one for _ in range(2) for one in (made("affine", units=30), made("relu")))]


def test_layers_that_follow_each_other_are_one_program():
    twins = Twins(perceptron, (3, 5))
    for _ in range(3):
        twins.step()
    assert len(twins.programs) == 1
    assert not any(twins.fused.fused.values())


def test_sums_of_one_column():
    twins = Twins(lambda: [made("affine", units=1), made("batch_norm"), made("relu")], (4,))
    for _ in range(3):
        twins.step(600)
    assert len(twins.programs) == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_sum_of_a_column_of_negative_zeros(dtype):
    # Of a unit that is dead in all rows the gradient is 0, whose sign is that of what comes back.
    twins = Twins(lambda: [made("affine", units=100), made("relu")], (4,), dtype)
    for _ in range(4):
        twins.step(6, gradient=lambda dy: -abs(dy))
    assert len(twins.programs) == 1
    assert not any(twins.fused.fused.values())


def test_a_layer_that_numpy_runs_stands_between_two_programs():
    twins = Twins(
        lambda: [*perceptron(), made("activity_penalty"), *perceptron(), made("dropout", ratio=0.5)], (3, 5)
    )
    for _ in range(3):
        twins.step()
    assert len(twins.programs) == 2
    assert [where for where, why in twins.fused.fused.items() if why] == ["5.activity_penalty"]


def test_a_program_is_not_run_where_the_layer_would_go_on_in_another_way():
    twins = Twins(lambda: [made("dropout"), made("affine", units=9), made("batch_norm"), made("relu")], (4,))
    for change in (np.asarray, np.asarray, np.asarray, np.zeros_like, np.asarray, np.zeros_like, np.asarray):
        twins.step(change=change)
    assert len(twins.programs) == 1
    assert not any(twins.fused.fused.values())


def test_a_layer_whose_fields_change_has_other_numbers_and_one_that_changes_often_is_left_to_numpy():
    twins = Twins(lambda: [made("affine", units=30), made("leaky_relu")], (4,))
    for slope in (0.1, 0.1, 0.3, 0.3):
        for net in (twins.fused, twins.plain):
            net.layers["1.leaky_relu"] = made("leaky_relu", slope=slope).layer
        twins.step()
    assert not any(twins.fused.fused.values())
    for slope in (0.4, 0.5, 0.6, 0.7):
        for net in (twins.fused, twins.plain):
            net.layers["1.leaky_relu"] = made("leaky_relu", slope=slope).layer
        twins.step()
    assert twins.fused.fused == {"0.affine": "", "1.leaky_relu": "its fields change while it trains"}


def test_a_gradient_of_another_type_than_the_outputs_is_known():
    twins = Twins(perceptron, (4,))
    for _ in range(3):
        twins.step(gradient=np.float64)
    assert len(twins.programs) == 1
    # A gradient of another type than before goes the layers' own way.
    twins.step(gradient=np.float32)
    twins.step(gradient=np.float64)


@dataclass(frozen=True)
class Twice(Composite):
    """Goes through its part twice."""

    def parts(self, in_shape):
        return {"branch": ["affine", "tanh"]}

    def joined(self, in_shape, outs):
        return outs["branch"]

    def forward(self, x, p, *, training, rng):
        first, back_to_first = p.branch(x)
        second, back_to_second = p.branch(first)

        def backward(dy, need_dx=True):
            between = back_to_second(dy)
            return back_to_first(dy + between)

        return first + second, backward


def test_a_part_that_is_gone_through_twice_keeps_what_both_ways_back_need():
    nodes = [made("affine", units=30), made("tanh")]
    twins = Twins(lambda: [Node("twice", Twice(), {"branch": nodes})], (30,))
    for _ in range(4):
        twins.step()
    assert twins.programs


def test_a_residual_layer_has_a_program_in_its_branch():
    residual = LAYERS("layer", "residual").make({})
    twins = Twins(
        lambda: [
            made("affine", units=30),
            Node("residual", residual, {"branch": perceptron()[1:]}),
            made("relu"),
        ],
        (4,),
    )
    for _ in range(4):
        twins.step()
    assert len(twins.programs) == 3


@dataclass(frozen=True)
class Sly(Layer):
    """Does something that no notes can be taken of."""

    how: str = "counts"

    def out_shape(self, in_shape):
        return in_shape

    def forward(self, x, p, *, training, rng):
        y = getattr(self, self.how)(x, rng)
        return y, lambda dy, need_dx=True: dy * 2

    def constant(self, x, rng):
        return x * np.arange(x.shape[1])

    def view(self, x, rng):
        y = x * 2
        first = y[0]
        y += 1
        return y + first

    def number(self, x, rng):
        return x * float(x.sum())

    def part(self, x, rng):
        y = x * 2
        y[:, 1] = 0
        return y

    def elsewhere(self, x, rng):
        return np.zeros(x.shape, x.dtype)

    def state(self, x, rng):
        return x * (rng.bit_generator.state["state"]["state"] % 2)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("constant", "a ndarray that is not one of the arguments"),
        ("view", "an array is changed of which another one is a view"),
        ("number", "what follows depends on numbers in an array"),
        ("part", "a part of an array is changed"),
        ("elsewhere", "what it returns does not come from its inputs"),
        ("state", "a random stream's .bit_generator"),
    ],
)
def test_what_cannot_be_run_again_is_left_to_numpy(how, why):
    twins = Twins(lambda: [made("affine", units=30), Node("sly", Sly(how))], (4,))
    for _ in range(3):
        twins.step()
    assert twins.fused.fused["1.sly"].startswith(why)
    assert twins.fused.fused["0.affine"] == ""


def test_a_loop_that_gives_other_bits_is_found_and_numpy_runs_the_layers(monkeypatch):
    monkeypatch.setattr(trial, "_TRIED", {})
    monkeypatch.setitem(assembly._BINARY, "add", "fsub")
    kernel.compiled.cache_clear()
    twins = Twins(perceptron, (4,))
    for _ in range(3):
        twins.step()
    kernel.compiled.cache_clear()
    assert not twins.programs
    assert twins.fused.fused["1.affine"].startswith("the compiled loop gives other bits: add")


def test_a_network_learns_the_same_bits(monkeypatch):
    words = [
        "dataset.train=300", "dataset.test=50", "network.hidden=[12,12]", "training.steps=40",
        "network.dropout=0.2", "network.normalization=batch_norm", "optimizer=adam",
    ]  # fmt: skip
    runs = []
    for fusion in (Fusion.BOTH, Fusion.PROGRAMS, Fusion.NOTHING):
        monkeypatch.setattr("ravine.engine.training.fusion_of", lambda *_, fusion=fusion: fusion)
        runs.append(ravine.build(ravine.compose(words)).run())
    fused, replayed, plain = runs
    layers = [name for name in fused.fusion["fused"] if name.startswith("layer")]
    assert len(layers) == 10
    assert replayed.fusion == {"loops": False, "fused": layers, "numpy": {}}
    assert fused.fusion["loops"]
    for one in (fused, replayed):
        for name, array in plain.arrays.items():
            assert one.arrays[name].tobytes() == array.tobytes(), name
        for name, array in plain.weights().items():
            assert one.weights()[name].tobytes() == array.tobytes(), name
