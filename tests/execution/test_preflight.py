"""What a command does before its first run: as little as shows what is wrong."""

from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine.config.command import planned
from ravine.engine.supervised import SupervisedProblem
from ravine.engine.training import Loop
from ravine.execution.preflight import check
from ravine.fusion import kernel

LEARNS = ["dataset.train=3000", "dataset.test=2000", "network.hidden=[10]", "training.steps=4", "figures=[]"]
CLAIM = "claims=[{says: 'It learns.', metric: {name: final, of: test_accuracy}, than: 0, is: higher}]"


@pytest.fixture
def evaluated(monkeypatch):
    """How many examples each evaluation has had."""
    sizes = []
    before = SupervisedProblem.evaluate

    def counting(self):
        sizes.append(sum(map(len, self._evaluated.values())))
        return before(self)

    monkeypatch.setattr(SupervisedProblem, "evaluate", counting)
    return sizes


def checked(*words):
    for _, stage in planned([*LEARNS, *words]).known(Path("runs/s")):
        check(stage)


def test_a_claim_is_tried_on_an_evaluation_of_few_examples(evaluated):
    checked(CLAIM)
    assert evaluated == [200]


def test_scores_get_all_examples_because_few_may_lack_what_they_need(evaluated):
    checked(CLAIM, "scores=[error]")
    assert set(evaluated) == {5000}


def test_a_metric_that_there_is_not_is_still_found(evaluated):
    with pytest.raises(ravine.ConfigError, match=r"^claims\[0\]: runs have no final test_acuracy; they have "):
        checked(CLAIM.replace("test_accuracy", "test_acuracy"))
    assert evaluated == [200]


def test_a_probe_is_tried_once_for_networks_that_differ_in_their_weights_only(monkeypatch):
    looked = []
    before = Loop._looked
    monkeypatch.setattr(Loop, "_looked", lambda self, *args: looked.append(args[0]) or before(self, *args))
    weights = ["initializer=he,xavier,normal", "optimizer=sgd,adam"]
    checked("probes=[distributions]", *weights)
    assert looked == ["distributions"]
    checked("probes=[distributions]", *weights, "network.activation=relu,tanh")
    assert looked == ["distributions"] * 3


def test_nothing_is_compiled_for_runs_that_are_only_tried(monkeypatch):
    asked = []
    monkeypatch.setattr(kernel, "unusable", lambda: asked.append("the compiler") or "")
    words = [*LEARNS[:2], "network.hidden=[100,100]", "training.steps=4000"]
    experiment = ravine.build(ravine.compose(words))
    checked(*words)
    assert asked == []
    experiment.bind(experiment.problem())
    assert asked == ["the compiler"]


def test_an_evaluation_of_few_is_one_of_the_first_examples():
    problem = ravine.build(ravine.compose(LEARNS)).problem()
    problem.evaluate_on(7)
    metrics = problem.evaluate()
    for name in ("train", "test"):
        examples = getattr(problem.split, name)[:7]
        y = problem.outputs(examples.x)
        assert metrics[f"{name}_accuracy"] == np.mean(y.argmax(axis=1) == examples.target)
