"""Datasets: found by name, whole, scaled only where that is said, and quick until they are loaded."""

import subprocess
import sys

import numpy as np
import pytest
import ravine
from ravine import registry
from sklearn import datasets

import ravine_sklearn

FOUND = {
    name.removeprefix("sklearn/"): entry.cls
    for name, entry in registry.load().entries["dataset"].items()
    if name.startswith("sklearn/")
}
OUTPUTS = {"breast_cancer": 2, "diabetes": 1, "digits": 10, "iris": 3, "wine": 3}


def theirs(name):
    x, target = getattr(datasets, f"load_{name}")(
        return_X_y=True, **({"scaled": False} if name == "diabetes" else {})
    )
    return x, target.reshape(len(x), -1)


def sorted_rows(*columns):
    """Rows of inputs and targets, in an order of their own."""
    rows = np.column_stack([np.reshape(column, (len(column), -1)) for column in columns])
    return rows[np.lexsort(rows.T)]


def test_every_dataset_is_found_under_its_name():
    assert sorted(cls.__name__ for cls in FOUND.values()) == sorted(ravine_sklearn.NAMES)
    assert not [str(plugin) for plugin in registry.load().failures if "sklearn" in plugin.name]


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_example_of_scikit_learn_is_in_one_of_the_parts(name):
    data = FOUND[name]().load()
    both = [np.concatenate([getattr(data.train, what), getattr(data.test, what)]) for what in ("x", "target")]
    assert (sorted_rows(*both) == sorted_rows(*theirs(name))).all()
    assert data.n_out == OUTPUTS[name]
    assert len(data.test) == round(0.2 * len(both[0]))
    other = FOUND[name](data_seed=1).load()
    assert (other.train.x[:5] != data.train.x[:5]).any()


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes", "iris", "wine"])
def test_columns_are_scaled_by_the_training_examples_if_that_is_said(name):
    plain, scaled = FOUND[name]().load(), FOUND[name](scaling="standard").load()
    assert scaled.train.x.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert scaled.train.x.std(axis=0) == pytest.approx(1)
    back = scaled.test.x * plain.train.x.std(axis=0) + plain.train.x.mean(axis=0)
    assert back == pytest.approx(plain.test.x)
    assert (scaled.test.target == plain.test.target).all()


def test_the_digits_are_images_between_0_and_1():
    data = FOUND["digits"]().load()
    assert data.train.x.shape[1:] == (8, 8)
    assert (data.train.x.max() * data.scale, data.train.x.min()) == (1, 0)


def test_a_share_that_leaves_nothing_is_refused():
    with pytest.raises(
        ValueError, match=r"^Iris: test_share = 0\.001 of 150 examples leaves 150 to train and 0 for the test$"
    ):
        FOUND["iris"](test_share=0.001).load()


@pytest.mark.parametrize(
    ("words", "metric", "least"),
    [
        (["dataset=sklearn/digits", "training.epochs=5"], "test_accuracy", 0.9),
        (["dataset=sklearn/wine", "dataset.scaling=standard", "training.epochs=10"], "test_accuracy", 0.9),
        (
            ["dataset=sklearn/diabetes", "dataset.scaling=standard", "dataset.target_scaling=standard",
             "loss=mean_squared_error", "scores=[r2]", "training.epochs=5"],
            "test_r2", 0.3,
        ),
    ],
)  # fmt: skip
def test_a_network_learns_from_it(words, metric, least):
    small = ["network.hidden=[20]", "training.batch_size=20", "optimizer=adam", "optimizer.lr=0.01"]
    assert ravine.build(ravine.compose([*small, *words])).run().final[metric] > least


def test_nothing_imports_scikit_learn_before_it_is_loaded():
    code = """
import sys
import ravine, ravine_sklearn.digits, ravine_sklearn.diabetes
ravine_sklearn.digits.Digits()
assert "sklearn" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
