"""What Trackio gives back is what ravine has recorded, every run and every step once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ravine
from ravine.cli.main import main
from trackio.sqlite_storage import SQLiteStorage

from ravine_trackio.tracker import Trackio

RAVINE = Path(sys.executable).with_name("ravine")
NET = ["dataset=gaussian", "dataset.train=200", "dataset.test=50", "network.hidden=[8]", "training.batch_size=20",
       "training.evaluate_every=5", "figures=[]", "checkpoint_seconds=0.1"]  # fmt: skip


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The name of a study: Trackio keeps all projects in one folder, which it looks for when it is imported."""
    monkeypatch.chdir(tmp_path)
    return f"s{os.getpid()}{tmp_path.name}"


def assert_has_every_run_once(name):
    study = ravine.load_study(f"runs/{name}")
    found = {run["id"]: run["name"] for run in SQLiteStorage.get_run_records(name)}
    labels = study.labels({"seed"})
    assert found == {run: f"{labels[run]} seed={its.config['seed']}" for run, its in study.runs.items()}
    for run, its in study.runs.items():
        rows = SQLiteStorage.get_logs(name, found[run], run_id=run)
        seen = [
            (row["step"], {key: row[key] for key in row if key not in ("step", "timestamp")}) for row in rows
        ]
        assert seen == its.evaluations
        settings = SQLiteStorage.get_run_config(name, found[run], run_id=run)
        assert (settings["optimizer.lr"], settings["status"]) == (its.config["optimizer"]["lr"], its.status)
    return found


def test_live_and_afterwards_are_the_same(study):
    words = [
        "-m",
        *NET,
        "optimizer=sgd,adam",
        "seed=0,1",
        "training.epochs=2",
        "track=[trackio]",
        f"study={study}",
    ]
    assert main(words) == 0
    for _ in range(2):
        assert_has_every_run_once(study)
        assert main(["export", f"runs/{study}", "--to", "trackio"]) == 0
    assert_has_every_run_once(study)


@pytest.mark.long
def test_a_sweep_of_two_workers_that_is_killed_and_goes_on(study, capsys):
    words = [RAVINE, "-m", *NET, "optimizer=sgd,adam", "seed=0,1", "training.epochs=100", "workers=2",
             "track=[trackio]", f"study={study}"]  # fmt: skip
    command = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while len(list(Path("runs").glob("*/*/checkpoint*"))) < 2 and command.poll() is None:
        time.sleep(0.02)
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    assert ravine.load_study(f"runs/{study}").missing
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert "warning" not in done.stderr, done.stderr
    found = assert_has_every_run_once(study)
    assert len(found) == 4
    assert main(["export", f"runs/{study}", "--to", "trackio"]) == 0
    assert assert_has_every_run_once(study) == found
    assert capsys.readouterr() == (f"runs/{study}: 4 runs to trackio\n", "")


def test_a_run_is_replaced_whatever_it_is_called_now(study):
    for label in ("sgd", "sgd lr=0.1"):
        log = Trackio(project=study).begin(ravine.TrackedRun("ab-cd", Path("runs/x"), label, {}, 0))
        log.evaluation(0, {"value": float("nan")})
        log.end("failed", {})
    assert [(run["id"], run["name"]) for run in SQLiteStorage.get_run_records(study)] == [
        ("ab-cd", "sgd lr=0.1 seed=0")
    ]
