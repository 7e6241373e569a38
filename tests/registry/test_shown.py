"""What objects say of themselves: some words, never all that they hold."""

import numpy as np
import pytest
import ravine
from ravine import Data, Examples

WORDS = ["dataset.train=500", "dataset.test=500", "network.hidden=[30]", "training.epochs=1", "figures=[]"]


def test_examples_say_how_many_they_are():
    given = Examples(np.zeros((600, 28, 28), np.uint8), np.zeros(600, int))
    assert repr(given) == "Examples(600 of 28x28 uint8, targets int64)"
    assert repr(Examples(np.zeros((5, 3)), np.zeros((5, 2)))) == "Examples(5 of 3 float64, targets 2 float64)"
    said = (
        "Data(train=Examples(600 of 28x28 uint8, targets int64), test=Examples(9 of 28x28 uint8, targets int64)"
    )
    assert repr(Data(given, given[:9], n_out=10)) == f"{said}, n_out=10, scale=1.0)"


def test_an_experiment_says_what_it_is():
    made = ravine.build(ravine.compose([*WORDS, "optimizer=momentum", "seed=3"]))
    assert repr(made) == "Experiment(supervised, Momentum(lr=0.01, momentum=0.9), seed=3)"


def test_a_study_of_many_runs_is_short_with_all_that_it_holds():
    made = ravine.sweep(
        [*WORDS, "dataset.test=10", "training.epochs=null", "training.steps=1", "seed=range(3)"]
    )
    for thing in (made, made.ledger, made.findings()):
        assert len(repr(thing)) < 200, repr(thing)
    assert repr(made.ledger).startswith('Ledger("ravine -m dataset.train=500 ')


@pytest.mark.parametrize("words", [["sampler=random", "search.trials=3", "optimizer.lr=interval(0.01,1)"]])
def test_a_search_is_short_too(words):
    made = ravine.sweep(["problem=sphere", "training.steps=2", "figures=[]", "hydra/sweeper=search", *words])
    assert repr(made.ledger.search) == "SearchRecord(random: 3 trials of optimizer.lr)"
