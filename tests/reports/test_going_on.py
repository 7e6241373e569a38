"""How far runs are that go on, and how long they take: from what the runs leave behind while they are made."""

import json
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine.execution import run_once
from ravine.execution.rounds import begin
from ravine.plans.plan import GridPlan, Round
from ravine.plans.settings import Execution, Subject
from ravine.records import checkpoint
from ravine.records.checkpoint import Checkpoint, Keeper, read_pace
from ravine.records.locks import locked
from ravine.records.study import load_study
from ravine.reports.status import as_dict, status

WORDS = ["dataset.train=300", "dataset.test=50", "network.hidden=[12]", "training.steps=100"]


class Interrupted(BaseException):
    """As a kill is."""


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set."""
    now = [100.0]
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now[0])
    return now


def saved(step):
    return Checkpoint({"record.loss": np.ones(step)}, {"run": "x", "step": step, "steps": 1000})


def test_the_rate_is_that_of_the_process_that_makes_the_run_with_all_that_it_does(tmp_path, clock):
    folder = tmp_path / "x"
    folder.mkdir()
    keeper = Keeper(folder, 1)
    keeper.load()
    assert read_pace(folder) is None
    clock[0] += 10
    keeper(3.0, lambda: saved(50))
    assert read_pace(folder) == (50, 1000, 5.0)
    # Another process goes on after an hour. What is known is of the one before, until it has a moment of its own.
    clock[0] += 3600
    keeper = Keeper(folder, 1)
    keeper.load()
    assert read_pace(folder) == (50, 1000, 5.0)
    clock[0] += 10
    keeper(5.0, lambda: saved(150))
    assert read_pace(folder) == (150, 1000, 10.0)
    assert checkpoint.read_seconds(folder) == 5.0


@pytest.mark.parametrize("text", ["", "[]", '{"step": 3}', '{"step": "a", "steps": 9, "rate": 1}',
                                  '{"step": 3, "steps": 9, "rate": 0}', '{"step": 3, "steps": 9, "rate": NaN}'])  # fmt: skip
def test_a_pace_that_cannot_be_read_is_not_known(tmp_path, text):
    (tmp_path / "timing.json").write_text(text)
    assert read_pace(tmp_path) is None


@pytest.fixture
def stopped():
    """A study of a run that was killed after 40 of 100 steps, at 8 steps a second."""
    experiment = ravine.build(ravine.compose(WORDS))
    subject = Subject(execution=Execution(checkpoint_seconds=0))
    folder = Path("runs/s")
    begin(folder, GridPlan("s", "ravine …", subject, Round([experiment], [["x"]])), [experiment])

    def stop(step, steps, loss):
        if step == 41:
            raise Interrupted

    with pytest.raises(Interrupted):
        run_once.make(folder, experiment, subject, stop)
    timing = folder / experiment.id / "timing.json"
    found = json.loads(timing.read_text())
    assert (found["step"], found["steps"]) == (40, 100)
    timing.write_text(json.dumps(found | {"rate": 8.0}))
    return folder, experiment.id


def test_status_says_step_rate_and_what_is_left_of_a_run_that_goes_on(stopped):
    folder, name = stopped
    with locked(folder / name):
        study = load_study(folder)
        assert "running" in status(study)
        assert ": step 40 of 100, 8 a second, 0:08 left, the last loss " in status(study)
        (run,) = as_dict(study)["runs"]
        assert (run["step"], run["steps"], run["rate"], run["seconds_left"]) == (40, 100, 8.0, 7.5)


def test_a_run_that_does_not_go_on_has_a_step_and_no_rate(stopped):
    folder, _ = stopped
    assert ": 40 steps are safe, the last loss " in status(load_study(folder))
    (run,) = as_dict(load_study(folder))["runs"]
    assert (run["status"], run["step"], run["steps"]) == ("stopped", 40, 100)
    assert (run["rate"], run["seconds_left"]) == (None, None)


def test_a_run_that_has_ended_has_all_of_its_steps_and_a_timing_of_seconds_only(stopped):
    folder, name = stopped
    study = ravine.sweep([*WORDS, "study=s", "figures=[]"])
    (run,) = as_dict(study)["runs"]
    assert (run["step"], run["steps"], run["rate"]) == (100, 100, None)
    assert set(json.loads((folder / name / "timing.json").read_text())) == {"seconds", "host"}
