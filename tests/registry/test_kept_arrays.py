"""Components that keep arrays of one call for another, which is refused in words where their calls are written down."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.cli.doctor import report
from ravine.engine import training
from ravine.fusion.kernel import Fusion

KEPT = {}
SMALL = [
    "dataset.train=50",
    "dataset.test=10",
    "network.hidden=[4]",
    "training.steps=4",
    "training.batch_size=10",
]


@dataclass(frozen=True)
class LateMask(ravine.Layer):
    """Late mask: units are dropped by the mask that the batch before has drawn."""

    def forward(self, x, p, *, training, rng):
        mask = KEPT.get(x.shape, 1.0)
        KEPT[x.shape] = np.where(rng.random(x.shape) < 0.5, x, 0)
        return x * mask, lambda dy, need_dx=True: dy * mask


@dataclass(frozen=True)
class LateGradient(ravine.Optimizer):
    """Late gradient: half of a step is that of the gradient before."""

    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        late = KEPT.get("g", g)
        KEPT["g"] = g + 0
        theta -= lr * (g[:1] + late.reshape(-1)[:1])


@pytest.fixture(autouse=True)
def nothing_kept():
    KEPT.clear()
    yield
    KEPT.clear()


@pytest.mark.parametrize("words", [["network.activation=late_mask"], ["optimizer=late_gradient"]])
def test_a_run_with_one_ends_in_a_line_that_names_it(words, monkeypatch):
    monkeypatch.setattr(training, "fusion_of", lambda parameters, updates: Fusion.BOTH)
    ravine.register(LateMask)
    ravine.register(LateGradient)
    run = ravine.build(ravine.compose([*SMALL, *words])).run()
    assert run.status == "failed"
    last = run.error.strip().splitlines()[-1]
    assert re.search(
        r"PluginError: .* Late\w+ of .*: an array of an earlier call is used, .*kept_arrays\.py:\d+\)$", last
    )


def test_doctor_tells_it_and_all_else():
    ravine.register(LateMask)
    told = report(registry.load())
    assert told.fusion["layer late_mask"].startswith("an array of an earlier call is used")
    assert told.fusion["layer relu"] == ""
