"""Numbers that ravine did not make: from PyTorch, Optax and Keras (golden/make.py), and from the book."""

import json
from pathlib import Path

import numpy as np
import pytest
import ravine
from numpy.testing import assert_allclose
from ravine import registry
from ravine.contracts.fields import construct
from ravine.contracts.layer import ParameterSpec
from ravine.engine.parameters import Parameters
from ravine.engine.problem import Problem
from ravine.engine.settings import DescentTraining
from ravine.engine.training import Loop
from ravine.engine.update import Update

GOLDEN = Path(__file__).parent / "golden"
STEPS = json.loads((GOLDEN / "optimizers.json").read_text("utf-8"))
GRADIENTS = STEPS["gradients"]


def make(kind, name, **fields):
    return construct(registry.load().get(kind, name), fields)


def named(cases):
    return [
        pytest.param(case, id=" ".join(case[key] for key in ("about", "source") if key in case))
        for case in cases
    ]


# ---- optimizers --------------------------------------------------------------------------------------------


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


PLAIN = [case for case in STEPS["cases"] if not {"regularizer", "schedule"} & set(case)]
AROUND = [case for case in STEPS["cases"] if case not in PLAIN]


def assert_same_path(path, theta):
    """Equal up to rounding, measured by the largest value that each coordinate has had.

    1e-15 where the files were made; 1e-13 because another library's last bit of 0.999² is 3e-14 of a step.
    """
    expected = np.array([STEPS["start"], *theta])
    size = np.abs(expected).max(axis=0)
    assert_allclose(path / size, expected / size, rtol=0, atol=1e-13)


@pytest.mark.parametrize("case", named(PLAIN))
def test_optimizer_goes_where_others_go(case):
    optimizer, moved = make("optimizer", **case["optimizer"]), parameters()
    update, path = Update(optimizer, moved), [moved.theta.copy()]
    for t, g in enumerate(GRADIENTS, start=1):
        moved.grad[:] = g
        update(t, optimizer.lr)
        path.append(moved.theta.copy())
    assert_same_path(path, case["theta"])


@pytest.mark.parametrize("case", named(AROUND))
def test_training_with_decay_and_schedule_goes_where_others_go(case):
    optimizer = make("optimizer", **case["optimizer"])
    schedule = make("schedule", **case.get("schedule", {"name": "constant"}))
    regularizer = make("regularizer", **case.get("regularizer", {"name": "none"}))
    record = Loop(Replay(), optimizer, schedule, regularizer, DescentTraining(steps=len(GRADIENTS))).run()
    assert_same_path(record.arrays["path"], case["theta"])


# ---- the book ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("optimizer", "fields", "first", "last", "value", "within"),
    [
        ("sgd", ["lr=0.95"], (-6.335, -1.8), (-0.387175, -0.094203), 0.016369, 1e-6),
        ("momentum", ["lr=0.1"], (-6.93, 1.6), (0.814112, 0.272878), 0.107601, 1e-6),
        ("adagrad", ["lr=1.5"], (-5.5, 0.5), (-0.136185, 0.0), 0.000927, 1e-6),
        ("adam", ["lr=0.3"], (-6.7, 1.7), (0.020149, 0.321957), 0.103677, 1e-5),  # the book's ε is elsewhere
        ("nesterov", ["lr=0.1"], (-6.867, 1.24), (0.619266, 0.007374), 0.019229, 1e-6),
        ("rmsprop", ["lr=0.1", "decay=0.99"], (-6.000001, 1.0), (-0.748162, 0.0), 0.027987, 1e-6),
    ],
)
def test_the_book_s_paths_down_the_ravine(optimizer, fields, first, last, value, within):
    chosen = ["problem=ravine", f"optimizer={optimizer}", *(f"optimizer.{field}" for field in fields)]
    run = ravine.build(ravine.compose([*chosen, "training.steps=29"])).run()
    path = run.arrays["path"]
    assert path.shape == (30, 2)
    assert_allclose(path[0], (-7, 2), rtol=0)
    assert_allclose(path[1], first, rtol=0, atol=within)
    assert_allclose(path[29], last, rtol=0, atol=within)
    assert_allclose(run.final["value"], value, rtol=0, atol=within)
