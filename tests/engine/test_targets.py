"""Targets that a loss cannot use are refused, and targets that teach little are told of."""

import types
from dataclasses import dataclass

import numpy as np
import pytest
from ravine import Data, Dataset, Examples, hookimpl, registry


@dataclass(frozen=True, kw_only=True)
class Made(Dataset):
    """Forty examples with targets that are made as the test asks."""

    targets: str = "line"
    outputs: int = 1

    def load(self):
        x = np.random.default_rng(0).normal(size=(40, 3))
        if self.targets == "equal inputs":
            x[:] = x[0]
        target = {
            "line": lambda: x[:, : self.outputs],
            "ones": lambda: np.ones((40, self.outputs)),
            "shares": lambda: np.tile([[0.75, 0.25], [0.0, 1.0]], (20, 1)),
            "one class": lambda: np.full(40, self.outputs - 1),
            "in order": lambda: np.arange(40) // 20,
            "from 1": lambda: 1 + np.arange(40) % (self.outputs - 1),
            "equal inputs": lambda: np.arange(40) % self.outputs,
        }[self.targets]()
        return Data(Examples(x[:30], target[:30]), Examples(x[30:], target[30:]), n_out=self.outputs)


@pytest.fixture(autouse=True)
def _made():
    plugin = types.ModuleType("made")
    plugin.ravine_datasets = hookimpl(specname="ravine_datasets")(lambda: {"made": Made})
    registry.load().add(plugin, "made", "a test")
    yield
    registry.load.cache_clear()


SMALL = ["dataset=made", "network.hidden=[4]", "training.steps=2", "figures=[]"]


@pytest.mark.parametrize(
    ("targets", "outputs", "says"),
    [
        (
            "line",
            1,
            "train targets do not fit the loss: the softmax of one output is always 1; with n_out = 1, rows of "
            "one number, loss=mean_squared_error fits",
        ),
        ("ones", 1, "the softmax of one output is always 1"),
        (
            "line",
            2,
            "train targets do not fit the loss: softmax_cross_entropy takes class numbers, or rows of shares that "
            "are at least 0 and sum to 1, and example 0 has [0.1257",
        ),
        ("ones", 2, "and example 0 has [1.0, 1.0]; loss=mean_squared_error takes any numbers"),
    ],
)
@pytest.mark.parametrize("how", [[], ["-m", "seed=0,1"]], ids=["one run", "a sweep"])
def test_targets_that_do_not_fit_the_loss_are_refused(ravine_here, tmp_path, targets, outputs, says, how):
    done = ravine_here(*how, *SMALL, f"dataset.targets={targets}", f"dataset.outputs={outputs}")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert says in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "fits",
    [
        "dataset.targets=line loss=mean_squared_error",
        "dataset.targets=line dataset.outputs=2 loss=mean_squared_error",
        "dataset.targets=shares dataset.outputs=2",
    ],
)
def test_targets_that_fit_are_not_refused(ravine_here, fits):
    done = ravine_here(*SMALL, *fits.split())
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)


def test_one_class_is_refused(ravine_here):
    done = ravine_here(*SMALL, "dataset.targets=one class", "loss=mean_squared_error")
    assert done.returncode == 2
    assert "Made: train targets are class numbers, and with n_out = 1 there is one class" in done.stderr


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            ["dataset.targets=one class", "dataset.outputs=3"],
            "all 30 training examples have the target 2, so there is nothing to tell apart",
        ),
        (
            ["dataset.targets=in order", "dataset.outputs=2", "dataset.train=20"],
            "all 20 training examples have the target 0",
        ),
        (
            ["dataset.targets=ones", "loss=mean_squared_error"],
            "all 30 training examples have the target [1.0]",
        ),
        (
            ["dataset.targets=from 1", "dataset.outputs=27"],
            "there is no example of class 0, and n_out = 27: are classes numbered from 1",
        ),
        (
            ["dataset.targets=equal inputs", "dataset.outputs=2"],
            "all 30 training examples have the same input",
        ),
    ],
)
@pytest.mark.filterwarnings("always:dataset made")
def test_data_that_teach_little_are_told_of(ravine_here, typed, says):
    done = ravine_here("-m", *SMALL, "network.activation=relu,tanh", *typed)
    assert done.returncode == 0
    assert done.stderr.count(f"ravine: warning: dataset made: {says}") == 1
