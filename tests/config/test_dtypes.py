"""Values of fields and of data that the number type of a run cannot hold."""

import types
from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Data, Dataset, Examples, Optimizer, hookimpl, registry

SMALL = ["dataset=gaussian", "dataset.features=3", "training.steps=2", "figures=[]"]


@dataclass(frozen=True)
class Ends(Optimizer):
    """Fields of every form."""

    lr: float = 0.1
    betas: tuple[float, ...] = (0.5, 0.9)
    cap: float | None = None
    top: float = 0.1

    def __post_init__(self):
        self.require(lr="[0, inf)", betas="[0, 1)", cap="(0, inf]", top="[0, 0.1]")

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@dataclass(frozen=True, kw_only=True)
class Wide(Dataset):
    """Inputs and targets of any size."""

    largest: float = 1.0
    of_targets: float = 1.0
    scale: float = 1.0

    def load(self):
        x = np.random.default_rng(0).uniform(-1, 1, (40, 3))
        x[7] = -1, 0.5, 0
        examples = Examples(x * self.largest, x[:, :1] * self.of_targets)
        return Data(examples[:30], examples[30:], n_out=1, scale=self.scale)


@pytest.fixture
def _plugins():
    plugin = types.ModuleType("wide")
    plugin.ravine_datasets = hookimpl(specname="ravine_datasets")(lambda: {"wide": Wide})
    plugin.ravine_optimizers = hookimpl(specname="ravine_optimizers")(lambda: {"ends": Ends})
    registry.load().add(plugin, "wide", "a test")
    yield
    registry.load.cache_clear()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("optimizer=adam optimizer.eps=1e-50", "optimizer: eps = 1e-50 is 0 in float32"),
        ("optimizer=rmsprop optimizer.eps=1e-46", "optimizer: eps = 1e-46 is 0 in float32"),
        (
            "optimizer=adam optimizer.beta2=0.999999999",
            "optimizer: beta2 = 0.999999999 is 1 in float32 (Adam: beta2 = 1.0 is not in [0, 1))",
        ),
        ("optimizer=momentum optimizer.lr=1e39", "optimizer: lr = 1e+39 is inf in float32"),
        ("optimizer.lr=1e-60", "optimizer: lr = 1e-60 is 0 in float32"),
        ("regularizer=l2 regularizer.strength=1e-46", "regularizer: strength = 1e-46 is 0 in float32"),
        ("initializer=normal initializer.std=1e-47", "initializer: std = 1e-47 is 0 in float32"),
        ("network.dropout=0.999999999", "network: dropout = 0.999999999 is 1 in float32"),
        (
            "network=layers network.layers=[{name:batch_norm,eps:1e-50},{name:affine,units:10}]",
            "layer 0 of the network: eps = 1e-50 is 0 in float32",
        ),
        ("schedule=exponential schedule.gamma=1e-50", "schedule: gamma = 1e-50 is 0 in float32"),
        (
            "optimizer=ends optimizer.betas=[0.5,0.9999999999]",
            "optimizer: betas = 0.9999999999 is 1 in float32",
        ),
        ("optimizer=ends optimizer.cap=1e-50", "optimizer: cap = 1e-50 is 0 in float32"),
        (
            "optimizer=adam optimizer.eps=1e-44",
            "optimizer: eps = 1e-44 is below the smallest normal number of float32, 1.2e-38; ",
        ),
        ("optimizer=rmsprop optimizer.eps=1.17e-38", "optimizer: eps = 1.17e-38 is below the smallest normal"),
        ("optimizer.lr=1e-40", "optimizer: lr = 1e-40 is below the smallest normal number of float32"),
        ("regularizer=l1 regularizer.strength=1e-39", "regularizer: strength = 1e-39 is below the smallest"),
        (
            "network=layers network.layers=[{name:batch_norm,eps:1e-42},{name:affine,units:10}]",
            "layer 0 of the network: eps = 1e-42 is below the smallest normal number of float32, 1.2e-38",
        ),
        ("optimizer=ends optimizer.betas=[0.5,1e-41]", "optimizer: betas = 1e-41 is below the smallest normal"),
    ],
)
@pytest.mark.usefixtures("_plugins")
def test_a_value_that_the_number_type_cannot_hold_is_refused(ravine_here, tmp_path, typed, says):
    done = ravine_here(*SMALL, *typed.split())
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert says in line
    assert line.endswith("training.dtype=float64 can hold it")
    assert not list(tmp_path.iterdir())
    assert ravine.build(ravine.compose([*SMALL, *typed.split(), "training.dtype=float64"]))


def test_of_a_sweep_too(ravine_here):
    done = ravine_here("-m", *SMALL, "optimizer=adam", "optimizer.eps=1e-8,1e-50")
    assert done.returncode == 2
    assert "eps = 1e-50 is 0 in float32" in done.stderr


@pytest.mark.parametrize(
    "typed",
    [
        "optimizer.lr=0",
        "optimizer=adam optimizer.eps=1.18e-38",
        "optimizer=ends optimizer.top=0.1",
        "regularizer=elastic_net regularizer.l1_ratio=0.9999999999",
    ],
)
@pytest.mark.usefixtures("_plugins")
def test_rounding_alone_is_not_refused(typed):
    assert ravine.build(ravine.compose([*SMALL, *typed.split()]))


def test_below_the_normal_numbers_of_float64_there_is_no_wider_type(ravine_here):
    done = ravine_here("problem=sphere", "training.steps=2", "optimizer=adam", "optimizer.eps=1e-310")
    assert (done.returncode, done.stderr) == (
        2,
        "ravine: optimizer: eps = 1e-310 is below the smallest normal number of float64, 2.2e-308\n",
    )


def test_a_start_on_a_surface_is_rounded_to_the_type_of_the_descent():
    start = ["problem=sphere", "problem.start=[1e-50,0.999999999]"]
    assert ravine.build(ravine.compose(start)).run().status == "completed"
    with pytest.raises(ValueError, match=r"problem: start = 1e-50 is 0 in float32"):
        ravine.build(ravine.compose([*start, "training.dtype=float32"]))
    one = ["problem=sphere", "problem.start=[2.0,0.999999999]", "training.dtype=float32"]
    assert ravine.build(ravine.compose(one)).run().status == "completed"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("dataset.largest=1e300", "Wide: train inputs reach -1e+300: that is -inf in float32"),
        ("dataset.largest=1e-60", "Wide: train inputs reach -1e-60: that is -0 in float32"),
        ("dataset.of_targets=1e39", "Wide: train targets reach -1e+39: that is -inf in float32"),
        ("dataset.scale=1e300 dataset.largest=1e-300", "Wide: scale = 1e+300: that is inf in float32"),
        (
            "dataset.scale=1e10 dataset.largest=1e30",
            "Wide: train inputs reach -1e+30, times the scale 1e+10: that is -inf in float32",
        ),
    ],
)
@pytest.mark.usefixtures("_plugins")
def test_data_that_the_number_type_cannot_hold_are_refused(ravine_here, tmp_path, typed, says):
    wide = ["dataset=wide", "loss=mean_squared_error", "network.hidden=[4]", "training.steps=2", "figures=[]"]
    done = ravine_here(*wide, *typed.split())
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert says in line
    assert not list(tmp_path.iterdir())
    assert ravine.build(ravine.compose([*wide, *typed.split(), "training.dtype=float64"])).problem()


@pytest.mark.usefixtures("_plugins")
def test_a_run_that_diverges_before_its_first_update_gets_no_advice_on_the_rate(ravine_here):
    wide = ["dataset=wide", "dataset.largest=1e30", "loss=mean_squared_error", "training.steps=2", "figures=[]"]
    done = ravine_here(*wide)
    assert done.stderr.splitlines()[0].endswith(
        ": diverged at step 0: the loss is not finite before any update"
    )
