"""Classes and arrays of a script or a notebook as components."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine.base.errors import PluginError


def steps(share):
    @dataclass(frozen=True)
    class ShareOfSteps(ravine.Optimizer):
        lr: float = 0.1

        def step(self, theta, g, state, *, t, lr):
            theta -= share * lr * g

    return ShareOfSteps


def value(*words):
    return ravine.build(ravine.compose(["problem=sphere", "training.steps=1", *words])).run().final["value"]


def test_a_class_is_registered_under_its_name_and_the_last_one_counts():
    assert ravine.register(steps(0.5)).__name__ == "ShareOfSteps"
    half = value("optimizer=share_of_steps")
    assert half == value("optimizer=sgd", "optimizer.lr=0.05")
    ravine.register(steps(1.0))
    assert value("optimizer=share_of_steps") == value("optimizer=sgd", "optimizer.lr=0.1")
    ravine.register(steps(0.5), name="zoo/half")
    assert value("optimizer=zoo/half") == half


def test_a_name_that_is_taken_is_told_with_a_way_out():
    with pytest.raises(PluginError) as error:
        ravine.register(steps(1.0), name="adam")
    assert str(error.value).startswith("optimizer 'adam' is offered twice, ")
    assert str(error.value).endswith("; give this one another name: ravine.register(ShareOfSteps, name=…)")


@pytest.mark.parametrize("thing", [int, 3, ravine.Component])
def test_what_is_not_a_component_is_refused(thing):
    with pytest.raises(PluginError, match="is not a subclass of a contract; there are: Optimizer, Transform, "):
        ravine.register(thing)


def test_workers_that_do_not_know_a_class_are_not_used_and_it_is_said(tmp_path):
    ravine.register(steps(0.5))
    words = ["problem=sphere", "optimizer=sgd,share_of_steps", "training.steps=1", "workers=2", "figures=[]"]
    says = "workers = 2: only this process knows optimizer share_of_steps, and it makes the runs"
    with pytest.warns(UserWarning, match=says):
        study = ravine.sweep([*words, "study=s"], root=tmp_path)
    assert [study.status(run) for run in study.runs] == ["completed"] * 2


def examples(n=50):
    x = np.random.default_rng(0).normal(size=(n, 4))
    return x, (x.sum(axis=1) > 0).astype(int)


def test_arrays_are_a_dataset_whose_test_is_drawn_once():
    x, target = examples()
    made = ravine.dataset_of(x, target, name="mine", test=0.3)
    data = made().load()
    assert (len(data.train), len(data.test), data.n_out) == (35, 15, 2)
    rows = np.concatenate([data.train.x, data.test.x])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, x))
    # A later change of the user's array is not seen.
    x[:] = 0
    assert rows.any()
    assert made().load().train.x.any()
    run = ravine.build(ravine.compose(["dataset=mine", "network.hidden=[5]", "dataset.validation=0.2"])).run()
    assert run.status == "completed"


def test_other_arrays_are_another_run():
    words = ["dataset=mine", "network.hidden=[5]", "training.steps=1"]
    x, target = examples()
    ids = []
    for arrays in (x, x, x + 1):
        ravine.dataset_of(arrays, target, name="mine")
        ids.append(ravine.build(ravine.compose(words)).id)
    assert ids[0] == ids[1] != ids[2]


def test_numbers_are_targets_of_a_regression():
    x, _ = examples()
    ravine.dataset_of(x, x[:, :2] ** 2, name="squares", test=(x[:10], x[:10, :2] ** 2))
    words = [
        "dataset=squares",
        "network.hidden=[20]",
        "loss=mean_squared_error",
        "scores=[r2]",
        "training.epochs=60",
    ]
    run = ravine.build(ravine.compose([*words, "optimizer=adam", "optimizer.lr=0.01"])).run()
    assert run.final["test_r2"] > 0.5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"target": np.zeros(3, int)}, "50 inputs but 3 targets"),
        ({"test": 0.0}, "test = 0.0 of 50 examples: one side would have none"),
        ({"test": 1.0}, "test = 1.0 of 50 examples: one side would have none"),
    ],
)
def test_arrays_that_are_no_dataset_are_refused(given, said):
    x, target = examples()
    with pytest.raises(ValueError, match=said):
        ravine.dataset_of(**{"x": x, "target": target, "name": "mine"} | given)
