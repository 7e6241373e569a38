"""What methods of a rule ask for by name, and with what it goes."""

from dataclasses import dataclass

import numpy as np
import pytest
import ravine
from ravine import Place
from ravine.contracts.layer import ParameterSpec
from ravine.engine.parameters import Parameters
from ravine.engine.update import Update


def method(words, name):
    arguments = {"start": "theta", "step": "theta, g, state, *, t, lr", "evaluated": "theta, state, *, t"}[name]
    return {name: eval(f"lambda self, {arguments}, {words}: None")}


@pytest.mark.parametrize(
    ("sees", "name", "word", "goes"),
    [
        ("block", "step", "place", "sees='array'"),
        ("array", "step", "places", "sees='named'"),
        ("array", "step", "gradient_at", "sees='named' or sees='all'"),
        ("block", "step", "rng", "sees='array' or sees='named' or sees='all'"),
        ("all", "start", "place", "sees='array' or sees='named'"),
        ("named", "start", "places", "updates only"),
        ("all", "start", "rng", "updates only"),
        ("named", "evaluated", "place", "sees='array'"),
        ("all", "evaluated", "places", "sees='named'"),
        ("all", "evaluated", "rng", "updates only"),
        ("named", "evaluated", "gradient_at", "updates only"),
        ("all", "evaluated", "loss", "updates only"),
    ],
)
def test_a_word_that_a_method_cannot_have_is_refused_with_what_it_goes_with(sees, name, word, goes):
    with pytest.raises(TypeError) as refused:
        type("Mine", (ravine.Optimizer,), method(word, name), sees=sees)
    assert str(refused.value) == f"Mine: {name} asks for {word}, which goes with {goes}"


@dataclass(frozen=True)
class WeightsAtZero(ravine.Optimizer, sees="array"):
    """Weights at zero: evaluated without its weights."""

    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g

    def evaluated(self, theta, state, *, t, place):
        return theta if place.role == "other" else np.zeros(place.shape)


@dataclass(frozen=True)
class ByName(WeightsAtZero, sees="named"):
    """By name: the same, in one call."""

    def step(self, theta, g, state, *, t, lr):
        for name, array in theta.items():
            array -= lr * g[name]

    def evaluated(self, theta, state, *, t, places):
        assert isinstance(places["0.a.W"], Place)
        return {
            name: super(ByName, self).evaluated(array, state, t=t, place=places[name])
            for name, array in theta.items()
        }


@pytest.mark.parametrize("rule", [WeightsAtZero(), ByName()], ids=["array", "named"])
def test_where_a_run_is_evaluated_may_depend_on_the_place_of_an_array(rule):
    parameters = Parameters(
        {("0.a", "W"): ParameterSpec((2, 3), 2, 3), ("0.a", "b"): ParameterSpec((3,), fill=0.0)}, "float64"
    )
    parameters.theta[:] = np.arange(1, 10)
    there = Update(rule, parameters).evaluated()
    assert {name: array.tolist() for name, array in parameters.named(there).items()} == {
        "0.a.W": [[0, 0, 0], [0, 0, 0]],
        "0.a.b": [7, 8, 9],
    }
