"""Regularizers that see one array at a time, with its place and its share of the decay."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import ravine
from ravine import Regularizer

SMALL = ["dataset.train=100", "dataset.test=50", "network.hidden=[6,5]", "training.batch_size=20"]
SMALL += ["training.steps=1", "training.dtype=float64", "optimizer=sgd", "optimizer.lr=0.5"]


def experiment(*words):
    return ravine.build(ravine.compose([*SMALL, *words]))


@dataclass(frozen=True)
class Records(Regularizer, sees="array"):
    def penalty(self, w, *, place):
        assert w.shape == place.shape
        SEEN.append(place.name)
        return float(w.shape[1])

    def add_gradient(self, w, g, *, place):
        g[0] += 1 if place.axes == ("in", "out") else np.nan


SEEN = []


def weights(made):
    """Return the arrays of a run at its start and after one update."""
    problem = made.problem()
    return {name: view.copy() for name, view in problem.weights.items()}, made.run().weights()


def test_each_array_that_decays_is_seen_alone_with_its_place_and_its_factor():
    SEEN.clear()
    words = ["training.groups=[{name:1.*,decay:0.5}]"]
    plain, made = experiment(), replace(experiment(*words), regularizer=Records())
    (start, alone), (_, moved) = weights(plain), weights(made)
    names = [name for name in start if name.endswith(".W")]
    assert SEEN[: len(names)] == names
    assert len(names) == 3
    # Six, five and ten units.
    assert made.run().arrays["loss"][0] - plain.run().arrays["loss"][0] == pytest.approx(0.5 * 6 + 5 + 10)
    for name in start:
        expected = np.zeros_like(start[name])
        if name.endswith(".W"):
            expected[0] = -0.5 * (0.5 if name == names[0] else 1)
        np.testing.assert_allclose(moved[name] - alone[name], expected, atol=1e-12)


def test_orthogonality_pulls_each_matrix_by_its_own_share():
    words = ["regularizer=orthogonality", "regularizer.strength=0.1"]
    (start, alone), (_, moved) = (
        weights(experiment()),
        weights(experiment(*words, "training.groups=[{name:1.*,decay:0.5}]")),
    )
    for name, factor in zip((name for name in start if name.endswith(".W")), (0.5, 1, 1), strict=True):
        w = start[name]
        pull = 0.4 * w @ (w.T @ w - np.eye(w.shape[1]))
        np.testing.assert_allclose(moved[name] - alone[name], -0.5 * factor * pull, atol=1e-12)


def test_the_strength_of_what_sees_arrays_may_follow_a_schedule():
    words = ["training.steps=3", "regularizer=group_lasso", "regularizer.strength=0.1"]
    plain = experiment(*words).run().arrays["loss"]
    falls = experiment(*words, "schedules.regularizer.strength={name:exponential,gamma:0.5}").run()
    assert falls.arrays["loss"][0] == plain[0]
    assert (falls.arrays["loss"][1:] < plain[1:]).all()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"sees": "block"}, "Wrong: sees = 'block' is not one of all, array"),
        ({"see": "array"}, "Wrong: its class line has see=; did you mean sees?"),
        ({}, "Wrong: penalty asks for place; it can ask for place, with sees='array'"),
    ],
)
def test_a_class_line_that_cannot_be_is_refused(line, says):
    def penalty(self, w, *, place):
        return 0.0

    with pytest.raises(TypeError) as error:
        type("Wrong", (Regularizer,), {"penalty": penalty}, **line)
    assert str(error.value) == says
