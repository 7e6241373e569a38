"""What a command and its workers tell each other stays what it is on the way."""

import warnings

import pytest
from ravine.base.errors import PluginWarning
from ravine.execution.cluster import _pass_on
from ravine.execution.orders import DrawFigure, Ended, MakeRun, Stepped, Warned, read, written
from ravine.plans.pruning import MedianRule

MAKE = MakeRun(
    folder="runs/s",
    id="0123456789ab-01234567",
    made_of={"components": {}, "data": None},
    config={"seed": 0, "optimizer": {"name": "sgd", "lr": 0.1}},
    question="Why\nnot?",
    figures=["paths", {"name": "race", "columns": 2}],
    track=["lines", {"name": "board", "into": "t"}],
    checkpoint_seconds=0.5,
    weights="both",
    rule=MedianRule("value", False, {4: 0.25, 8: 0.125}),
)


@pytest.mark.parametrize(
    "message",
    [
        MAKE,
        DrawFigure("runs/実験", {"name": "race", "columns": 2}),
        Stepped(3, 10, float("inf")),
        Warned("two\nlines", of_plugin=True),
        Ended(),
        Ended("no space"),
    ],
)
def test_a_message_is_one_line_and_comes_back(message):
    line = written(message)
    assert line.count("\n") == 1
    assert read(line) == message


def test_a_worker_is_told_of_the_study_what_its_files_name():
    subject = MAKE.subject
    assert (subject.question, subject.figures, subject.track) == ("Why\nnot?", MAKE.figures, MAKE.track)
    assert (subject.execution.checkpoint_seconds, subject.execution.weights) == (0.5, "both")
    # The steps of a rule are numbers again, not JSON's keys.
    assert read(written(MAKE)).rule.ends([{"step": 0, "value": 9.0}, {"step": 4, "value": 0.5}])


def test_what_jobs_warn_of_is_heard_once_each():
    """A job of a cluster returns its warnings, or the error that ended it."""
    loud, other = Warned("a listener raised", of_plugin=True), Warned("numbers overflow", of_plugin=False)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        _pass_on([[loud], [loud, other], OSError("lost"), []])
    assert [(one.category, str(one.message)) for one in heard] == [
        (PluginWarning, "a listener raised"),
        (UserWarning, "numbers overflow"),
    ]
