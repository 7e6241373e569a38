"""The time that a study still takes, as the user is told it."""

import io
import re
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest
import ravine
from ravine.execution import progress, run_once
from ravine.execution.estimate import Stopwatch
from ravine.plans.settings import Execution, Subject


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set, and a terminal that is none: a line for every step that is told."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def left(capsys):
    """The time left of the last line."""
    return re.findall(r"([\d:]+) left", capsys.readouterr().err)[-1]


def test_steps_that_were_made_before_do_not_count_as_made_now(clock, capsys):
    going = progress.Progress(1)
    with going.run("a") as on_step:
        on_step(901, 1000, 0.5)
        clock[0] = 20.0
        on_step(920, 1000, 0.5)  # 20 steps in 20 seconds, and 80 to come
    assert left(capsys) == "1:20"


def test_a_run_that_went_on_counts_for_what_was_made_of_it(clock, capsys):
    going = progress.Progress(3)
    going.skip(1)
    with going.run("a") as on_step:
        on_step(751, 1000, 0.5)
        clock[0] = 25.0
        on_step(1000, 1000, 0.5)
    going.tell("a", "ended")
    with going.run("b") as on_step:
        clock[0] = 50.0
        on_step(1, 1000, 0.5)
        clock[0] = 100.0
        on_step(250, 1000, 0.5)  # half a run in 100 seconds, and three quarters to come
    assert left(capsys) == "2:30"


def test_a_run_whose_steps_were_all_made_before_counts_for_nothing(clock, capsys):
    going = progress.Progress(2)
    with going.run("a"):
        pass
    going.tell("a", "ended")
    with going.run("b") as on_step:
        on_step(1, 100, 0.5)
        clock[0] = 10.0
        on_step(10, 100, 0.5)
    assert left(capsys) == "1:30"


def test_runs_side_by_side_are_told_apart(clock, capsys):
    going = progress.Progress(2)
    with going.run("a") as first, going.run("b") as second:
        first(901, 1000, 0.5)
        second(1, 1000, 0.5)
        first(1000, 1000, 0.5)
        clock[0] = 30.0
        second(200, 1000, 0.5)  # 100 and 200 steps in 30 seconds, and 800 to come
    assert left(capsys) == "1:20"


def test_the_start_of_processes_is_not_taken_for_the_time_of_steps(clock, capsys):
    going = progress.Progress(1)
    clock[0] = 60.0
    with going.run("a") as on_step:
        on_step(3537, 4000, 0.5)  # a run that goes on
        assert "left" not in capsys.readouterr().err
        clock[0] = 60.5
        on_step(3540, 4000, 0.5)
        clock[0] = 80.0
        on_step(3636, 4000, 0.5)  # 100 steps in 20 seconds, and 364 to come
    assert left(capsys) == "1:13"


WORDS = ["dataset.train=300", "dataset.test=50", "network.hidden=[12]", "training.steps=100", "figures=[]",
         "training.evaluate_every=10"]  # fmt: skip


def stopped(folder, at):
    """A run that is killed, and has a checkpoint."""
    experiment = ravine.build(ravine.compose(WORDS))

    def kill(step, steps, loss):
        if step == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_once.make(folder, experiment, Subject(execution=Execution(checkpoint_seconds=0)), kill)
    return experiment


def test_a_dry_run_counts_the_steps_that_are_left_of_a_stopped_run(ravine_here, monkeypatch):
    monkeypatch.setattr(Stopwatch, "seconds", lambda *_: 100.0)
    assert re.search(r"missing +1:40", ravine_here(*WORDS, "study=s", "--dry-run").stdout)
    ravine_here(*WORDS, "study=s", "training.steps=0")
    stopped(Path("runs/s"), at=85)
    shown = ravine_here(*WORDS, "study=s", "--dry-run").stdout
    assert re.search(r"stopped +0:16", shown), shown
    assert shown.endswith("1 to make, about 0:16\n")


@pytest.fixture
def notebook(monkeypatch):
    """Give a notebook's standard error, of which all that is written is kept."""

    def begin():
        kernel = types.ModuleType("ipykernel.iostream")
        kernel.OutStream = type("OutStream", (io.StringIO,), {})
        monkeypatch.setitem(sys.modules, "ipykernel.iostream", kernel)
        monkeypatch.setattr(sys, "stderr", kernel.OutStream())
        return sys.stderr

    return begin


def seen(text):
    """Lines as a notebook shows them, where a carriage return begins the line again."""
    return [line.rpartition("\r")[2].rstrip() for line in text.split("\n")]


def test_a_notebook_shows_one_line_of_many_runs(notebook):
    cell = notebook()
    ravine.sweep(
        ["problem=sphere", "training.steps=9", "optimizer.lr=0.1,1e200", "seed=range(6)", "figures=[]"]
    )
    assert seen(cell.getvalue()) == ["[12/12] 6 completed, 6 diverged", ""]
    assert "\x1b" not in cell.getvalue()


def test_a_notebook_is_told_how_its_one_run_ended(notebook):
    cell = notebook()
    ravine.run(["problem=sphere", "training.steps=2", "optimizer.lr=0.5", "figures=[]"])
    (line, end) = seen(cell.getvalue())
    assert line.startswith("[1/1] problem=sphere training.steps=2 optimizer.lr=0.5 figures=[]: value ")
    assert end == ""


def test_a_notebook_is_told_of_what_failed_and_why(notebook):
    cell = notebook()

    @ravine.register
    @dataclass(frozen=True)
    class Breaks(ravine.Optimizer):
        lr: float = 0.1

        def step(self, theta, g, state, *, t, lr):
            raise ValueError("it breaks")

    ravine.sweep(["problem=sphere", "training.steps=2", "optimizer=sgd,breaks", "seed=0,1,2", "figures=[]"])
    # All fail alike.
    first, last, end = seen(cell.getvalue())
    assert "optimizer=breaks seed=0: failed: " in first
    assert "it breaks" in first
    assert (last, end) == ("[6/6] 3 completed, 3 failed", "")


def test_a_notebook_is_told_what_was_there(notebook):
    cell = notebook()
    for _ in range(2):
        ravine.sweep(["problem=sphere", "training.steps=2", "seed=range(3)", "figures=[]"])
    assert seen(cell.getvalue()) == ["[3/3] 3 completed", "[3/3] 3 done before", ""]
