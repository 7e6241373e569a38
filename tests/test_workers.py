"""Runs side by side: the same results, and what becomes of them when a process dies."""

import json
import time
from pathlib import Path

import pytest
import ravine as package
from installed import describe
from ravine import config, running
from ravine.execution import Execution, cores
from ravine.workers import WorkerError, Workers

SMALL = ["dataset.train=200", "dataset.test=50", "network.hidden=[10]", "training.steps=10", "figures=[]"]


def results(study):
    return {
        f"{run}/{name}": (study.folder / run / name).read_bytes()
        for run in study.ledger.runs
        for name in ("config.yaml", "metrics.npz", "run.json")
    }


def test_two_processes_make_what_one_makes():
    grid = ["optimizer=sgd,adam", "seed=0,1", *SMALL]
    one = package.sweep([*grid, "workers=1"], root="one")
    two = package.sweep([*grid, "workers=2"], root="two")
    assert results(one) == {
        name: content.replace(b"study: two", b"study: one") for name, content in results(two).items()
    }
    drop = slice(None, -1)  # seconds
    tables = [
        [line.split(",")[drop] for line in (s.folder / "table.csv").read_text().splitlines()]
        for s in (one, two)
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) == 5


def test_descents_are_made_here_and_networks_on_all_cores():
    def workers(*words):
        return running.workers_for([package.build(package.compose([*words, f"seed={i}"])) for i in range(5)])

    assert workers("problem=ravine") == 1
    assert workers("problem=ravine", "workers=3") == 3
    assert workers() == min(5, cores())
    assert workers("workers=9") == 5  # no more than there are runs
    assert running.workers_for([]) == 1


def test_a_component_that_only_this_process_has_is_used_here(monkeypatch):
    from dataclasses import dataclass
    from types import SimpleNamespace

    loaded = package.registry.load()
    here = {kind: dict(entries) for kind, entries in loaded.entries.items()}
    monkeypatch.setattr(loaded, "entries", here)

    @dataclass(frozen=True)
    class Mine(package.Optimizer):
        lr: float = 0.1

        def step(self, theta, g, state, *, t, lr):
            theta -= lr * g

    plugin = SimpleNamespace(ravine_optimizers=package.hookimpl(lambda: {"mine_alone": Mine}))
    loaded.add(plugin, "mine", "here 1.0")
    try:
        study = package.sweep(["optimizer=mine_alone", "seed=0,1", "workers=2", *SMALL])
        assert [run.status for run in study.runs.values()] == ["completed"] * 2
    finally:
        loaded.manager.unregister(name="mine")


DIES = """
import os, signal, sys
from dataclasses import dataclass
from ravine import Optimizer, hookimpl

@dataclass(frozen=True)
class Dies(Optimizer):
    lr: float = 1.0
    def step(self, theta, g, state, *, t, lr):
        print("noise on standard output")
        os.kill(os.getpid(), signal.SIGKILL)

@dataclass(frozen=True)
class Talks(Optimizer):
    lr: float = 0.1
    def step(self, theta, g, state, *, t, lr):
        print("noise on standard output")
        sys.stdout.flush()
        theta -= lr * g

@hookimpl
def ravine_optimizers():
    return {"dies": Dies, "talks": Talks}
"""


@pytest.fixture
def dies(tmp_path):
    place = tmp_path / "site"
    describe(place, "dies", "1.0", "dies = dies")
    (place / "dies.py").write_text(DIES)
    return str(place)


@pytest.mark.filterwarnings("ignore:.* which is not installed")
def test_a_run_that_kills_its_process_costs_the_others_nothing(ravine, dies):
    words = ["-m", "optimizer=dies,sgd,talks", "seed=0,1", "workers=2", "study=s", *SMALL]
    done = ravine(*words, PYTHONPATH=dies)
    assert done.returncode == 1
    assert done.stderr.count("not made: the process that made it was killed by SIGKILL") == 2
    assert "of 6 runs 2 did not end; the same command makes them again" in done.stderr
    study = package.load_study("runs/s")
    assert [run.config["optimizer"]["name"] for run in study.runs.values()] == ["sgd"] * 2 + ["talks"] * 2
    assert [study.status(run) for run in study.missing] == ["missing"] * 2
    assert "noise" not in done.stdout  # what a program reads there is ravine's


def test_on_error_stop_leaves_the_rest(ravine, tmp_path):
    place = tmp_path / "site"
    describe(place, "quits", "1.0", "quits = quits")
    (place / "quits.py").write_text(
        "from dataclasses import dataclass\nfrom ravine import Optimizer, hookimpl\n"
        "@dataclass(frozen=True)\nclass Quits(Optimizer):\n    lr: float = 1.0\n"
        "    def step(self, theta, g, state, *, t, lr): raise RuntimeError('it quits')\n"
        "@hookimpl\ndef ravine_optimizers(): return {'quits': Quits}\n"
    )
    words = ["-m", "optimizer=quits,sgd", "seed=0,1,2", "on_error=stop", "study=s", *SMALL]
    done = ravine(*words, "workers=1", PYTHONPATH=str(place))
    assert done.returncode == 1
    assert "of 6 runs 1 failed and 5 did not end" in done.stderr
    assert (
        ravine(*words, "on_error=continue", PYTHONPATH=str(place)).stderr.count(
            "failed: RuntimeError: it quits"
        )
        == 3
    )


def test_what_is_asked_of_the_execution_is_checked(ravine_here):
    for words, says in {
        "workers=0": "workers = 0 is not in [1, inf)",
        "workers=many": "workers = 'many': it is a whole number",
        "on_error=sometimes": "on_error = 'sometimes': it is one of continue, stop",
        "checkpoint_seconds=-1": "checkpoint_seconds = -1.0 is not in [0, inf)",
    }.items():
        done = ravine_here("-m", "seed=0,1", *SMALL, words)
        assert done.returncode == 2
        assert says in done.stderr
    assert not Path("runs").exists()


def test_no_number_depends_on_the_execution():
    ids = {
        package.build(package.compose([*SMALL, *words])).id
        for words in ([], ["workers=7"], ["on_error=stop"], ["checkpoint_seconds=9"], ["study=other"])
    }
    assert len(ids) == 1


def test_workers_end_when_they_are_dismissed_or_whoever_asks_is_gone():
    from contextlib import nullcontext

    experiment = package.build(package.compose([*SMALL[:-2], "training.epochs=100000"]))
    workers = Workers(1)
    began = []

    def follow(_):
        return nullcontext(lambda *step: began.append(step))

    import threading

    made = []
    thread = threading.Thread(target=lambda: made.extend(workers.make(Path("s"), [experiment], follow)))
    thread.start()
    until = time.monotonic() + 30
    while not began:
        assert time.monotonic() < until
        time.sleep(0.01)
    (process,) = workers._all
    workers.dismiss()
    thread.join(10)
    assert not thread.is_alive()
    ((_, error),) = made
    assert isinstance(error, WorkerError)
    assert process.poll() is not None


def test_a_run_that_another_command_makes_is_waited_for(tmp_path):
    """Two commands at once in one study make each run once."""
    import subprocess
    import sys

    words = ["-m", "seed=range(4)", "workers=2", "study=s", *SMALL[:-2], "training.steps=300", "figures=[]"]
    command = [Path(sys.executable).parent / "ravine", *words]
    two = [
        subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    printed = [process.communicate(timeout=120) for process in two]
    assert [process.returncode for process in two] == [0, 0], printed
    study = package.load_study("runs/s")
    assert [run.status for run in study.runs.values()] == ["completed"] * 4
    assert not [path for path in Path("runs").rglob("*.half")]
    assert json.loads((study.folder / "study.json").read_text())["runs"] == list(study.runs)


def test_execution_is_no_part_of_what_a_run_keeps():
    study = package.sweep(["problem=sphere", "workers=2", "seed=0,1", "on_error=stop"])
    for run in study.runs:
        assert "workers" not in (study.folder / run / "config.yaml").read_text()
    experiment = package.build(package.compose(["workers=2", "on_error=stop", "checkpoint_seconds=5"]))
    assert experiment.execution == Execution(2, "stop", 5.0)
    assert config.whole(experiment, "s").keys().isdisjoint(config.EXECUTION)
