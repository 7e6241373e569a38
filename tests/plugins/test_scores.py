"""Scores: numbers by hand, and what they are used for."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.records.study import load_study

SMALL = ["dataset.train=300", "dataset.test=100", "network.hidden=[10]", "training.steps=6", "figures=[]"]


@pytest.mark.usefixtures("shapes_kept")
def test_scores_get_what_their_contract_says():
    run = ravine.build(ravine.compose([*SMALL, "scores=[top_k,calibration]"])).run()
    assert run.status == "completed", run.error


def score(name, y, target, **fields):
    return registry.load().get("score", name)(**fields).score(np.array(y, float), np.array(target))


def test_the_top_k_have_the_right_class_among_them():
    y = [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 1.0, 0.0]]
    assert score("top_k", y, [0, 0, 1], k=1) == pytest.approx(2 / 3)
    assert score("top_k", y, [0, 1, 2], k=2) == pytest.approx(1 / 3)
    assert score("top_k", y, [0, 1, 2], k=3) == 1.0


def test_the_error_is_the_share_of_wrong_classes():
    assert score("error", [[1.0, 2.0], [2.0, 1.0], [0.0, 3.0], [1.0, 0.0]], [1, 1, 1, 1]) == 0.5
    with pytest.raises(ValueError, match="it needs targets that are classes"):
        score("error", [[1.0, 2.0]], [[0.0, 1.0]])


def test_r2_is_what_is_explained():
    # The targets' squares about their means are 2 and 8, what is left of them 0.5 and 2.
    target, y = [[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]], [[0.5, 0.0], [1.0, 3.0], [1.5, 3.0]]
    assert score("r2", y, target) == pytest.approx(1 - 2.5 / 10)
    assert score("r2", target, target) == 1.0


def test_calibration_is_the_gap_between_confidence_and_accuracy():
    # Four examples with a confidence of 0.8, of which two are right, and one with 0.6 that is right.
    y = [[np.log(4), 0.0]] * 4 + [[np.log(1.5), 0.0]]
    given = score("calibration", y, [0, 0, 1, 1, 0], bins=3)
    assert given == pytest.approx(4 / 5 * 0.3 + 1 / 5 * 0.4)


def test_a_score_is_a_metric_like_any_other(ravine_here):
    words = ["-m", *SMALL, "optimizer=sgd,adam", "scores=[{name:top_k,k:3},calibration]", "seed=0,1", "study=s"]
    done = ravine_here(*words, "training.evaluate_every=2")
    assert done.returncode == 0, done.stderr
    for run in load_study("runs/s").runs.values():
        assert {"train_top_k", "test_top_k", "train_calibration", "test_calibration"} <= run.final.keys()
        assert run.final["test_top_k"] >= run.final["test_accuracy"]
        assert len(run.arrays["evaluation.test_top_k"]) == 4
    assert "test_top_k" in ravine_here("table", "runs/s", "--runs").stdout


def test_the_numbers_of_a_run_are_the_same_without_scores():
    plain, scored = (
        ravine.build(ravine.compose([*SMALL, *more])).run() for more in ([], ["scores=[calibration]"])
    )
    assert {**scored.final, **plain.final} == scored.final
    assert scored.arrays["loss"].tobytes() == plain.arrays["loss"].tobytes()
    assert "scores" not in ravine.build(ravine.compose(SMALL)).config


def test_a_search_can_aim_at_a_score(ravine_here):
    words = ["hydra/sweeper=search", "sampler=random", "search.trials=3", "search.objective=validation_top_k"]
    space = ["search.direction=maximize", "optimizer.lr=tag(log,interval(0.01,1))", "dataset.validation=0.2"]
    done = ravine_here("-m", *words, *space, *SMALL, "scores=[{name:top_k,k:2}]", "study=h")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scores=[r2]"], "scores: r2: it needs targets that are numbers, and these are classes"),
        (["scores=[topk]"], "scores[0]: no score is named 'topk'; did you mean top_k?"),
        (["problem=ravine", "scores=[top_k]"], "scores makes no sense with this problem, a surface"),
    ],
)
def test_a_score_that_cannot_be_is_refused_before_the_first_run(ravine_here, words, said):
    surface = any(word.startswith("problem") for word in words)
    done = ravine_here(*(["training.steps=2"] if surface else SMALL), *words)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr


@pytest.mark.parametrize("gives", ["nan", "none"])
def test_a_score_that_is_not_a_number_is_named_and_the_run_has_not_diverged(gives):
    @dataclass(frozen=True)
    class Odd(ravine.Score):
        def score(self, y, target):
            return float("nan") if gives == "nan" else None

    made = ravine.build(ravine.compose(SMALL))
    problem = made.make_problem

    def with_score(streams):
        one = problem(streams)
        one._scores = {"odd": Odd()}
        return one

    run = replace(made, make_problem=with_score).run()
    assert run.status == "failed"
    assert "not a finite number" in run.error
