"""Runs that go on or were stopped, drawn as far as they have got."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine.execution import run_once
from ravine.execution.rounds import begin
from ravine.plans.plan import GridPlan, Round
from ravine.plans.settings import Execution, Subject
from ravine.records.checkpoint import Checkpoint
from ravine.records.locks import locked
from ravine.records.run import NOT_ENDED
from ravine.records.study import load_study
from ravine.records.unfinished import not_there, unfinished, with_unfinished

WORDS = [
    "dataset.train=300",
    "dataset.test=50",
    "network.hidden=[12]",
    "training.steps=100",
    "training.evaluate_every=30",
]
ON_A_SURFACE = ["problem=ravine", "optimizer=adam", "training.steps=100"]


class Interrupted(BaseException):
    """As a kill is."""


@pytest.fixture(params=[WORDS, ON_A_SURFACE], ids=["network", "surface"])
def stopped(request):
    """The folder of a study with one run that ended, one killed after 40 of 100 steps, and one not begun."""
    experiments = [ravine.build(ravine.compose([*request.param, f"seed={seed}"])) for seed in range(3)]
    subject = Subject(execution=Execution(checkpoint_seconds=0))
    folder = Path("runs/s")
    words = [[f"seed={seed}"] for seed in range(3)]
    begin(folder, GridPlan("s", "ravine …", subject, Round(experiments, words)), experiments)

    def stop(step, steps, loss):
        if step == 41:
            raise Interrupted

    run_once.make(folder, experiments[0], subject)
    with pytest.raises(Interrupted):
        run_once.make(folder, experiments[1], subject, stop)
    return folder, experiments


def test_a_run_that_was_stopped_has_the_beginning_of_what_the_whole_run_has(stopped):
    folder, (_, half, missing) = stopped
    study = with_unfinished(load_study(folder))
    run, whole = study.runs[half.id], half.run()
    assert (run.id, run.status, run.step, run.budget) == (half.id, "completed", 40, 100)
    assert run.arrays.keys() == whole.arrays.keys()
    for name, values in run.arrays.items():
        n = len(values)
        assert 0 < n < len(whole.arrays[name]), name
        np.testing.assert_array_equal(values, whole.arrays[name][:n])
    assert run.final == {
        name.removeprefix("evaluation."): values[-1]
        for name, values in run.arrays.items()
        if name.startswith("evaluation.") and name != "evaluation.step"
    }
    # In the order of the ledger, without the run that was not begun.
    assert [*study.runs] == [run for run in study.ledger.runs if run != missing.id]
    assert (
        unfinished(study) == "1 run has not ended: step 40 of 100; a median ends with the shortest of its runs"
    )


def test_the_study_on_the_disk_is_as_it_was(stopped):
    folder, (_, half, _) = stopped
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with_unfinished(load_study(folder))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert half.id not in load_study(folder).runs
    assert unfinished(load_study(folder)) == ""


def test_a_run_that_is_made_just_now_is_there_too(stopped):
    folder, (_, half, _) = stopped
    with locked(folder / half.id):
        assert with_unfinished(load_study(folder)).runs[half.id].step == 40


def test_a_checkpoint_of_a_version_that_kept_no_configuration_is_not_drawn(stopped, monkeypatch):
    folder, (_, half, _) = stopped
    saved = Checkpoint.newest(folder / half.id)
    about = {name: value for name, value in saved.about.items() if name not in ("config", "made_of")}
    (folder / half.id / "checkpoint").write_bytes(Checkpoint(saved.arrays, about).as_bytes())
    assert half.id not in with_unfinished(load_study(folder)).runs


def test_the_command_draws_them_and_says_so(stopped, ravine_here):
    folder, _ = stopped
    said = "1 run has not ended: step 40 of 100; a median ends with the shortest of its runs"
    done = ravine_here("figures", folder.as_posix(), "loss_curves", "--unfinished", "--format", "svg")
    not_begun = "of 3 runs 1 has no checkpoint that can be read, and is not drawn"
    assert (done.returncode, done.stderr) == (0, f"ravine: {said}\nravine: {not_begun}\n")
    picture = Path("figures/loss_curves.svg").read_text()
    assert f"<!-- {said} -->" in picture
    assert "<!-- median of 2 seeds, band from lowest to highest" in picture
    ravine_here("figures", folder.as_posix(), "loss_curves", "--format", "svg")
    picture = Path("figures/loss_curves.svg").read_text()
    assert "have not ended" not in picture
    assert "<!-- one seed" in picture


def test_the_command_says_if_there_are_none(ravine_here):
    ravine_here("-m", *ON_A_SURFACE, "study=s", "figures=[]", "workers=1")
    done = ravine_here("figures", "runs/s", "paths", "--unfinished", "--format", "svg")
    assert (done.returncode, done.stderr) == (0, "ravine: every run has ended\n")


def test_a_run_whose_checkpoints_are_damaged_is_not_said_to_have_ended(stopped):
    folder, (_, half, _) = stopped
    for path in (folder / half.id).glob("checkpoint*"):
        path.write_bytes(b"")
    # Nothing is made by a command that draws.
    with pytest.warns(UserWarning, match="; the run starts again from the beginning$"):
        study = with_unfinished(load_study(folder))
    assert not_there(study) == "of 3 runs 2 have no checkpoint that can be read, and are not drawn"


def test_a_trial_has_no_value_before_its_runs_have_ended(tmp_path):
    words = ["hydra/sweeper=search", *WORDS, "dataset.validation=0.2", "optimizer.lr=interval(0.01,0.1)"]
    study = ravine.sweep([*words, "search.trials=3", "study=searched", "figures=[]"])
    first, *_ = study.runs
    half = replace(study.runs[first], provenance={"stopped": {"by": NOT_ENDED, "of": 500}})
    both = replace(study, runs={**study.runs, first: half})
    assert [trial.state for trial, _ in both.tried] == ["running", "judged", "judged"]
    assert not both.searched.has_ended(both.searched.record.searches[0].key)
