"""Layers whose arrays have another shape than they say: told before the first run, of the layer that is at fault."""

import types
from dataclasses import dataclass

import numpy as np
import pytest
import ravine as package
from ravine import Layer, Loss, hookimpl, registry
from ravine.engine.shapes import check_shapes


@dataclass(frozen=True)
class Drops(Layer):
    def forward(self, x, p, *, training, rng):
        return x[:, :-1], lambda dy, need_dx=True: np.pad(dy, ((0, 0), (0, 1)))


@dataclass(frozen=True)
class DropsWhenJudged(Layer):
    def forward(self, x, p, *, training, rng):
        return x if training else x[:, :-1], lambda dy, need_dx=True: dy


@dataclass(frozen=True)
class Pads(Layer):
    def forward(self, x, p, *, training, rng):
        return x, lambda dy, need_dx=True: np.pad(dy, ((0, 0), (0, 1)))


@dataclass(frozen=True)
class Turns(Layer):
    def forward(self, x, p, *, training, rng):
        return x.T, lambda dy, need_dx=True: dy.T


@dataclass(frozen=True)
class Sums(Loss):
    def __call__(self, y, target):
        return float(y.mean()), np.ones(len(y))


@dataclass(frozen=True)
class Breaks(Layer):
    def forward(self, x, p, *, training, rng):
        raise SystemExit("it breaks")


@pytest.fixture
def stranger():
    plugin = types.ModuleType("stranger")
    layers = {
        "drops": Drops,
        "drops_when_judged": DropsWhenJudged,
        "pads": Pads,
        "turns": Turns,
        "breaks": Breaks,
    }
    plugin.ravine_layers = hookimpl(specname="ravine_layers")(lambda: layers)
    plugin.ravine_losses = hookimpl(specname="ravine_losses")(lambda: {"sums": Sums})
    registry.load().add(plugin, "stranger", "a test")
    yield
    registry.load.cache_clear()


SMALL = ["dataset=gaussian", "dataset.features=9", "network.hidden=[7]", "training.steps=3", "figures=[]"]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("network.activation=drops", "layer 2.drops: forward gives shape (2, 6), out_shape says (2, 7)"),
        ("network.activation=drops_when_judged", "layer 2.drops_when_judged: forward gives shape (2, 6), out_shape says (2, 7)"),
        ("network.activation=pads", "layer 2.pads: backward gives shape (2, 8), its input has (2, 7)"),
        ("network.activation=turns network.hidden=[2]", "layer 2.turns: forward gives shape (2, 3), out_shape says (3, 2)"),
        ("loss=sums", "loss: the gradient has shape (2,), outputs have (2, 10)"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("stranger")
def test_the_component_at_fault_is_named_before_anything_is_made(ravine_here, tmp_path, word, says):
    done = ravine_here(*SMALL, *word.split())
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f" of plugin stranger of a test: {says} ({__file__}:" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("stranger")
def test_whatever_else_breaks_is_left_to_the_run():
    run = package.build(package.compose([*SMALL, "network.activation=breaks"]))
    check_shapes(run.problem())
    assert "SystemExit: it breaks" in run.run().error


def test_layers_that_keep_their_word_are_not_refused():
    for word in ("normalization=batch_norm", "dropout=0.5", "activation=sigmoid", "hidden=[2,3,4,5]"):
        check_shapes(package.build(package.compose([f"network.{word}", "dataset.train=2"])).problem())
    check_shapes(package.build(package.compose(["problem=ravine"])).problem())
