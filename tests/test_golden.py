"""Numbers that ravine did not make: from PyTorch, Optax and Keras (golden/make.py), and from the book."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import ravine
from numpy.testing import assert_allclose
from ravine import registry
from ravine.layer import ParameterSpec
from ravine.parameters import Parameters
from ravine.problem import Problem
from ravine.schema import construct
from ravine.training import DescentTraining, Update, train

GOLDEN = Path(__file__).parent / "golden"
STEPS, LAYERS = (json.loads((GOLDEN / f"{name}.json").read_text("utf-8")) for name in ("optimizers", "layers"))


def make(kind, values):
    """The component that a case names, or the one that does nothing where it names none."""
    fields = {key: value for key, value in values.items() if key != "name"}
    return construct(registry.load().get(kind, values["name"]), fields)


def named(cases):
    return [pytest.param(case, id=case["source"]) for case in cases]


# ---- optimizers -----------------------------------------------------------------------------------------------


def parameters():
    start, decayed = STEPS["start"], STEPS["decayed"]
    weight, bias = ParameterSpec((decayed,), decay=True), ParameterSpec((len(start) - decayed,))
    made = Parameters({("layer", "b"): bias, ("layer", "W"): weight}, np.float64)
    made.theta[:] = start
    return made


class Replay(Problem):
    """A problem whose gradients are those of the file, wherever the parameters are."""

    records_path = True

    def __init__(self):
        self.parameters = parameters()
        self.gradients = iter(STEPS["gradients"])

    def loss_and_gradient(self):
        self.parameters.grad[:] = next(self.gradients)
        return 0.0

    def evaluate(self):
        return {}


def replay(case):
    chosen = {kind: case.get(kind, {"name": none}) for kind, none in (("schedule", "constant"), ("regularizer", "none"))}
    steps = DescentTraining(steps=len(STEPS["gradients"]))
    return train(Replay(), make("optimizer", case["optimizer"]), *(make(*c) for c in chosen.items()), steps)
