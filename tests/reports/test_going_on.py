"""How far runs are that go on, and how long they take: from what the runs leave behind while they are made."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import ravine
from factories import run
from ravine.execution import run_once
from ravine.execution.rounds import begin
from ravine.plans.plan import GridPlan, Round
from ravine.plans.settings import Execution, Subject
from ravine.records import checkpoint
from ravine.records.axes import flat
from ravine.records.checkpoint import Checkpoint, Keeper, read_pace
from ravine.records.ledger import Ledger
from ravine.records.locks import locked
from ravine.records.study import Study, load_study
from ravine.reports.left import Left, left
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
    assert checkpoint.read_timing(folder).seconds == 5.0


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


# ---- the whole study -----------------------------------------------------------------------------------------

STEPS = 100


@pytest.fixture
def held(tmp_path):
    """What makes a study of runs: some have ended, some go on, and some are missing; seconds are set by hand."""
    with contextlib.ExitStack() as stack:

        def make(ended=(), going=(), missing=(), search=None):
            runs = {
                one.id: one
                for one in (replace(run(name, seed=i), seconds=s) for i, (name, s) in enumerate(ended))
            }
            settings = {
                each: flat(run(name, seed=50 + i).config)
                for i, (each, name, *_) in enumerate([*going, *missing])
            }
            ledger = Ledger("ravine …", [], [], [*runs, *settings], asked=settings, search=search)
            for each, _, *pace in going:
                is_made(
                    tmp_path, each, **dict(zip(("step", "rate", "seconds"), pace, strict=True)) if pace else {}
                )
                stack.enter_context(locked(tmp_path / each))
            return Study(tmp_path, ledger, runs)

        def is_made(folder, each, **pace):
            (folder / each).mkdir()
            if pace:
                (folder / each / "timing.json").write_text(json.dumps({**pace, "steps": STEPS}))

        yield make


def test_what_is_left_is_that_of_runs_that_go_on_and_of_those_to_come(held):
    # 50 of 100 steps in 10 s: 10 s are left, and a whole run takes 20 s.
    study = held(going=[("a", "sgd", 50, 5.0, 10.0)], missing=[("b", "sgd"), ("c", "sgd")])
    assert left(study) == Left(10 + 2 * 20, 1, 2, [])
    assert str(left(study)) == "about 0:50 left: 1 run goes on, 2 to come"


def test_runs_are_made_side_by_side_and_the_longest_ends_last(held):
    two = [("a", "sgd", 50, 5.0, 10.0), ("b", "sgd", 50, 5.0, 10.0)]
    assert left(held(going=two, missing=[("c", "sgd"), ("d", "sgd")])).seconds == (10 + 10 + 20 + 20) / 2


def test_one_that_takes_long_is_waited_for(held):
    two = [("a", "sgd", 90, 10.0, 9.0), ("b", "adam", 10, 1.0, 10.0)]
    assert left(held(going=two)).seconds == 90


def test_runs_to_come_are_like_those_with_the_same_settings_that_have_ended(held):
    # Of adam a run takes 40 s; of sgd 10 s are those of its updates, with evaluations it takes twice as long.
    going = [("a", "adam", 50, 2.5, 10.0)]
    study = held(ended=[("sgd", 10.0)], going=going, missing=[("b", "sgd"), ("c", "adam"), ("d", "rmsprop")])
    assert left(study).seconds == pytest.approx(20 + 2 * 10 + 40 + (2 * 10 + 40) / 2)


def test_how_long_is_not_known_before_a_run_has_ended_or_has_a_checkpoint(held):
    study = held(going=[("a", "sgd")], missing=[("b", "sgd")])
    said = "no run has ended, and none that goes on has a checkpoint yet"
    assert left(study) == Left(None, 1, 1, [said])
    assert status(study).splitlines()[1] == f"how long it takes is not known: 1 run goes on, 1 to come; {said}"
    assert as_dict(study)["left"] == {"seconds": None, "going": 1, "to_come": 1, "not_known": [said]}


def test_nothing_is_left_where_no_run_goes_on(held):
    study = held(ended=[("sgd", 10.0)], missing=[("b", "sgd")])
    assert left(study) is None
    assert as_dict(study)["left"] is None
    assert "goes on" not in status(study)


def test_later_trials_are_counted_and_what_is_not_known_of_them_is_said(ravine_here):
    words = [
        "hydra/sweeper=search",
        "optimizer.lr=0.1,0.2",
        "seed=0,1",
        "search.trials=6",
        "figures=[]",
        "study=h",
    ]
    study = ravine.sweep([*words, "problem=ravine", "training.steps=5"])
    search = replace(study.ledger.search, trials=study.ledger.search.trials[:1])
    first, *others = study.ledger.search.trials[0].runs
    (study.folder / first / "run.json").rename(study.folder / "aside")
    replace(study.ledger, search=search, runs=[first, *others]).write(study.folder, alone=True)
    with locked(study.folder / first):
        (folder,) = json.loads(ravine_here("status", "runs/h", "--json").stdout)
        assert (folder["left"]["going"], folder["left"]["to_come"]) == (1, 10)
        assert folder["left"]["not_known"] == ["runs of later trials are taken to be like those before"]


def test_what_follows_a_search_that_tunes_an_arm_is_said_not_to_be_in_it(held, ravine_here, tmp_path):
    going = [("a", "sgd", 50, 5.0, 10.0)]
    study = held(going=going)
    assert str(left(study, follows=True)) == (
        "about 0:10 left: 1 run goes on; without the searches and the comparison that follow"
    )
    place = tmp_path / "whole" / "tuning" / "sgd"
    study.ledger.write(place)
    (tmp_path / "a").rename(place / "a")
    for follows in (True, False):
        said = ravine_here("status", str(tmp_path / "whole")).stdout
        assert ("without the searches and the comparison that follow" in said) is follows
        study.ledger.write(tmp_path / "whole")
