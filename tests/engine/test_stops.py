"""Stops: when they end a run, and how it is told and recorded."""

from dataclasses import dataclass

import pytest
import ravine
from ravine import registry
from ravine.records.study import load_study

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
    rises = stop("patience", metric="test_accuracy", evaluations=1)
    assert ended(rises, [0.1, 0.5, 0.4], "test_accuracy") == 3


def test_a_target_is_reached_from_above_or_as_an_accuracy_from_below():
    assert ended(stop("target", metric="value", value=2), [5, 3, 2, 4]) == 3
    assert ended(stop("target", metric="test_accuracy", value=0.5), [0.1, 0.4, 0.6], "test_accuracy") == 3


def test_a_budget_is_of_gradients_or_seconds():
    made = stop("budget", gradients=10, seconds=2.0)
    assert ended(made, [1], gradients=9, seconds=1.9) is None
    assert ended(made, [1], gradients=10) == ended(made, [1], seconds=2.0) == 1
    assert ended(stop("budget"), [1], gradients=10**9, seconds=1e9) is None


def test_a_run_that_is_stopped_is_completed_and_says_by_what(ravine_here):
    words = ["optimizer.lr=0.5", "training.steps=40", "figures=[]", "study=s"]
    done = ravine_here("-m", *SMALL, *words, "stop=[],[{name:target,metric:train_accuracy,value:0.3},budget]")
    assert done.returncode == 0, done.stderr
    whole, stopped = sorted(load_study("runs/s").runs.values(), key=lambda run: -run.step)
    assert (whole.status, whole.step, whole.provenance.get("stopped")) == ("completed", 40, None)
    assert (stopped.status, stopped.provenance["stopped"]) == ("completed", "target")
    assert 0 < stopped.step < 40
    rows = stopped.arrays["evaluation.train_accuracy"]
    assert rows[-1] >= 0.3 > rows[-2]
    assert stopped.final["train_accuracy"] == rows[-1]
    # Until then it is the other run.
    assert (stopped.arrays["loss"] == whole.arrays["loss"][: stopped.step]).all()
    assert f"(stopped by target at step {stopped.step})" in done.stderr
    again = ravine_here("-m", *SMALL, *words, "stop=[],[{name:target,metric:train_accuracy,value:0.3},budget]")
    assert "2 done before" in again.stderr


@dataclass(frozen=True)
class Odd(ravine.Stop):
    def ends(self, evaluations, *, gradients, seconds):
        return None


def test_what_cannot_stop_is_told_before_the_first_run(ravine_here):
    done = ravine_here("-m", *SMALL, "training.steps=4", "stop=[],[patience]")
    assert done.returncode == 2
    assert done.stderr == (
        "ravine: metric = 'validation_loss': no evaluation has it; there are: train_loss, train_accuracy, "
        "test_loss, test_accuracy\n"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[patince]", "stop[0]: no stop is named 'patince'; did you mean patience?"),
        ("[{name:patience,evaluations:0}]", "stop[0]: Patience: evaluations = 0 is not in [1, inf)"),
        ("[budget,budget]", "stop: budget is asked for twice"),
    ],
)
def test_a_stop_that_cannot_be_is_refused(given, said):
    with pytest.raises(ravine.ConfigError) as error:
        ravine.build(ravine.compose([f"stop={given}"]))
    assert said in str(error.value)
