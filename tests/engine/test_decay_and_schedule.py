"""Training with decay and a schedule goes where PyTorch, Optax and Keras go (tests/golden/decay_and_schedule.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from ravine import registry
from ravine.contracts.fields import construct
from ravine.contracts.layer import ParameterSpec
from ravine.engine.parameters import Parameters
from ravine.engine.problem import Problem
from ravine.engine.settings import DescentTraining
from ravine.engine.training import Loop

STEPS = json.loads((Path(__file__).parents[1] / "golden" / "decay_and_schedule.json").read_text("utf-8"))
GRADIENTS = STEPS["gradients"]


def make(kind, name, **fields):
    return construct(registry.load().get(kind, name), fields)


def named(cases):
    return [
        pytest.param(case, id=" ".join(case[key] for key in ("about", "source") if key in case))
        for case in cases
    ]


def parameters():
    start, decayed = STEPS["start"], STEPS["decayed"]
    w = ParameterSpec((decayed,), fill=0.0, decay=True)
    b = ParameterSpec((len(start) - decayed,), fill=0.0)
    made = Parameters({("layer", "W"): w, ("layer", "b"): b}, np.float64)
    made.theta[:] = start
    return made


class Replay(Problem):
    """A problem whose gradients are those of the file, wherever the parameters are."""

    records_path = True

    def __init__(self):
        self.parameters = parameters()
        self.gradients = iter(GRADIENTS)

    def loss_and_gradient(self):
        self.parameters.grad[:] = next(self.gradients)
        return 0.0

    def again(self):
        raise AssertionError("no optimizer of the file asks for another gradient")

    def evaluate(self):
        return {}


def assert_same_path(path, theta):
    """Equal up to rounding, measured by the largest value that each coordinate has had.

    1e-15 where the files were made; 1e-13 because another library's last bit of 0.999² is 3e-14 of a step.
    """
    expected = np.array([STEPS["start"], *theta])
    size = np.abs(expected).max(axis=0)
    assert_allclose(path / size, expected / size, rtol=0, atol=1e-13)


@pytest.mark.parametrize("case", named(STEPS["cases"]))
def test_training_with_decay_and_schedule_goes_where_others_go(case):
    optimizer = make("optimizer", **case["optimizer"])
    schedule = make("schedule", **case.get("schedule", {"name": "constant"}))
    regularizer = make("regularizer", **case.get("regularizer", {"name": "none"}))
    record = Loop(Replay(), optimizer, schedule, regularizer, DescentTraining(steps=len(GRADIENTS))).run()
    assert_same_path(record.arrays["path"], case["theta"])
