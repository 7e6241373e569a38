"""Stops: when they end a run, and how it is told and recorded."""

from dataclasses import dataclass, replace

import pytest
import ravine
from ravine import registry
from ravine.records.study import load_study
from ravine_plugins.figures._accuracy import unit

SMALL = ["dataset.train=300", "dataset.test=100", "network.hidden=[10]", "training.evaluate_every=2"]


def stop(name, **fields):
    return registry.load().get("stop", name)(**fields)


def ended(made, values, metric="value", **costs):
    """Return after how many evaluations a stop ends a run."""
    rows = [{"step": i, metric: value} for i, value in enumerate(values)]
    costs = {"gradients": 0, "seconds": 0.0} | costs
    return next((n for n in range(1, len(rows) + 1) if made.ends(rows[:n], **costs)), None)


def test_patience_waits_so_many_evaluations_for_a_better_one():
    falls = stop("patience", metric="value", evaluations=2)
    assert ended(falls, [5, 4, 3, 2, 1, 0]) is None
    assert ended(falls, [5, 4, 4.5, 3, 3.5, 3.2, 1]) == 6
    # An equal one is not a better one.
    assert ended(falls, [5, 5, 5]) == 3
    rises = stop("patience", metric="train_accuracy", evaluations=1)
    assert ended(rises, [0.1, 0.5, 0.4], "train_accuracy") == 3


def test_a_target_is_reached_from_above_or_as_an_accuracy_from_below():
    assert ended(stop("target", metric="value", value=2), [5, 3, 2, 4]) == 3
    assert ended(stop("target", metric="train_accuracy", value=0.5), [0.1, 0.4, 0.6], "train_accuracy") == 3


def test_budgets_are_of_gradients_or_of_seconds():
    assert ended(stop("gradient_budget", gradients=10), [1], gradients=9, seconds=1e9) is None
    assert ended(stop("gradient_budget", gradients=10), [1], gradients=10) == 1
    assert ended(stop("time_budget", seconds=2.0), [1], gradients=10**9, seconds=1.9) is None
    assert ended(stop("time_budget", seconds=2.0), [1], seconds=2.0) == 1


def test_whether_more_is_better_is_not_guessed():
    values = [0.9, 0.8, 0.7]
    for name in ("patience", "target"):
        with pytest.raises(
            ValueError, match="is more of it better\\? direction=maximize or direction=minimize"
        ):
            ended(stop(name, metric="train_top_k"), values, "train_top_k")
    rises = stop("patience", metric="train_top_k", evaluations=1, direction="maximize")
    assert ended(rises, values, "train_top_k") == 2
    assert ended(replace(rises, direction="minimize"), values, "train_top_k") is None
    assert (
        ended(stop("target", metric="train_top_k", value=0.75, direction="minimize"), values, "train_top_k")
        == 3
    )
    assert (
        ended(stop("target", metric="train_top_k", value=0.75, direction="maximize"), values, "train_top_k")
        == 1
    )


def test_a_run_that_is_stopped_is_completed_and_says_by_what(ravine_here):
    words = ["optimizer.lr=0.5", "training.steps=40", "figures=[]", "study=s"]
    done = ravine_here(
        "-m", *SMALL, *words, "stop=[],[{name:target,metric:train_accuracy,value:0.3},gradient_budget]"
    )
    assert done.returncode == 0, done.stderr
    whole, stopped = sorted(load_study("runs/s").runs.values(), key=lambda run: -run.step)
    assert (whole.status, whole.step, whole.provenance.get("stopped")) == ("completed", 40, None)
    assert (stopped.status, stopped.provenance["stopped"]) == ("completed", {"by": "target", "of": 40})
    assert 0 < stopped.step < 40
    rows = stopped.arrays["evaluation.train_accuracy"]
    assert rows[-1] >= 0.3 > rows[-2]
    assert stopped.final["train_accuracy"] == rows[-1]
    assert {row["stopped"] for row in load_study("runs/s").rows()} == {None, "target"}
    assert "  target  " in ravine_here("table", "runs/s", "--runs").stdout
    # Figures count its epochs by those that it would have had.
    assert stopped.budget == whole.budget == 40
    # Until then it is the other run.
    assert (stopped.arrays["loss"] == whole.arrays["loss"][: stopped.step]).all()
    assert f"(stopped by target at step {stopped.step})" in done.stderr
    again = ravine_here(
        "-m", *SMALL, *words, "stop=[],[{name:target,metric:train_accuracy,value:0.3},gradient_budget]"
    )
    assert "2 done before" in again.stderr


def test_a_stop_sees_evaluations_that_it_cannot_change():
    @dataclass(frozen=True)
    class Writes(ravine.Stop):
        how: str

        def ends(self, evaluations, *, gradients, seconds):
            if self.how == "row":
                evaluations[-1]["train_loss"] = 0.0
            evaluations.clear()

    made = ravine.build(ravine.compose([*SMALL, "training.steps=4"]))
    for how, said in (
        ("row", "does not support item assignment"),
        ("list", "'tuple' object has no attribute 'clear'"),
    ):
        run = replace(made, stops={"writes": Writes(how)}).run()
        assert run.status == "failed"
        assert said in run.error


def test_what_cannot_stop_is_told_before_the_first_run(ravine_here):
    done = ravine_here("-m", *SMALL, "training.steps=4", "stop=[],[patience]")
    assert done.returncode == 2
    assert done.stderr == (
        "ravine: stop patience: metric = 'validation_loss': no evaluation has it; there are: train_loss, "
        "train_accuracy, test_loss, test_accuracy; dataset.validation=0.2 makes it\n"
    )


@pytest.mark.parametrize(("problem", "there"), [("sphere", "value"), ("quadratic", "value, excess")])
def test_a_problem_without_data_is_not_told_to_set_examples_aside(ravine_here, problem, there):
    done = ravine_here(f"problem={problem}", "stop=[patience]", "training.evaluate_every=1", "figures=[]")
    assert done.stderr == (
        f"ravine: stop patience: metric = 'validation_loss': no evaluation has it; there are: {there}\n"
    )


def test_less_excess_is_better():
    words = ["problem=quadratic", "problem.n=1", "problem.condition=1", "optimizer.lr=0.5", "training.steps=40"]
    stop = "stop=[{name:target,metric:excess,value:1e-3}]"
    run = ravine.build(ravine.compose([*words, stop, "training.evaluate_every=1"])).run()
    assert run.step < 40
    before, last = run.arrays["evaluation.excess"][-2:]
    assert before > 1e-3 >= last


def test_a_stop_that_would_never_be_asked_is_refused(ravine_here):
    done = ravine_here(
        "problem=ravine",
        "training.steps=9",
        "stop=[gradient_budget]",
        "schedule=plateau",
        "schedule.metric=value",
    )
    assert done.returncode == 2
    assert done.stderr == (
        "ravine: gradient_budget and schedule would never be asked: the run is evaluated at its start and its end "
        "only; set training.evaluate_every\n"
    )


def test_nothing_is_stopped_by_test_examples(ravine_here):
    done = ravine_here(*SMALL, "training.steps=9", "stop=[{name:patience,metric:test_loss}]")
    assert done.returncode == 2
    assert "metric = 'test_loss': nothing is chosen by test examples" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[patince]", "stop[0]: no stop is named 'patince'; did you mean patience?"),
        ("[{name:patience,evaluations:0}]", "stop[0]: Patience: evaluations = 0 is not in [1, inf)"),
        ("[gradient_budget,gradient_budget]", "stop: gradient_budget is asked for twice"),
    ],
)
def test_a_stop_that_cannot_be_is_refused(given, said):
    with pytest.raises(ravine.ConfigError) as error:
        ravine.build(ravine.compose([f"stop={given}"]))
    assert said in str(error.value)


def test_a_stopped_run_has_epochs_of_their_length():
    words = ["training.epochs=20", "training.batch_size=32", "stop=[{name:target,metric:train_loss,value:2.0}]"]
    run = ravine.build(ravine.compose([*SMALL, *words, "optimizer=adam"])).run()
    assert run.step < 200
    assert unit([run]) == ("epoch", 10.0)
