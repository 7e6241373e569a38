"""What wandb reads in its files is what ravine has recorded, every run and every step once."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ravine
from ravine.cli.main import main
from wandb.proto import wandb_internal_pb2

from ravine_wandb.tracker import WandB

RAVINE = Path(sys.executable).with_name("ravine")
NET = ["dataset=gaussian", "dataset.train=200", "dataset.test=50", "network.hidden=[8]", "training.batch_size=20",
       "training.evaluate_every=5", "figures=[]", "study=s", "checkpoint_seconds=0.1"]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Commands would use the process that writes for this one, and it does not see that they are killed.
    monkeypatch.delenv("WANDB_SERVICE", raising=False)


def records(data):
    """The records of a file: after seven bytes a log of LevelDB's, in blocks of 32 KiB."""
    place, part = 7, b""
    while place < len(data):
        if (left := 32768 - place % 32768) < 7:
            place += left
            continue
        length, kind = struct.unpack_from("<HB", data, place + 4)
        part += data[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield wandb_internal_pb2.Record.FromString(part)
            part = b""


def read(folder):
    """The run, its settings, its history by step, and its exit code, of a folder that wandb has left."""
    (path,) = folder.glob("*.wandb")
    run, history, exit_code = None, [], None
    # The process that writes may be behind.
    for _ in range(100):
        found = list(records(path.read_bytes()))
        if "exit" in (record.WhichOneof("record_type") for record in found):
            break
        time.sleep(0.1)
    for record in found:
        match record.WhichOneof("record_type"):
            case "run":
                run = record.run
            case "history":
                row = {
                    item.key or item.nested_key[0]: json.loads(item.value_json) for item in record.history.item
                }
                history.append((row.pop("_step"), {key: row[key] for key in row if not key.startswith("_")}))
            case "exit":
                exit_code = record.exit.exit_code
    settings = {item.key or item.nested_key[0]: json.loads(item.value_json) for item in run.config.update}
    return run, settings, history, exit_code


def assert_has_every_run_once(study):
    places = list(Path("runs/s/wandb").glob("offline-run-*"))
    assert len(places) == len(study.runs)
    labels = study.labels({"seed"})
    for name, its in study.runs.items():
        (place,) = Path("runs/s/wandb").glob(f"offline-run-*-{name}")
        run, settings, history, exit_code = read(place)
        assert (run.run_id, run.project, run.run_group) == (name, "s", labels[name])
        assert run.display_name == f"{labels[name]} seed={its.config['seed']}"
        assert settings["optimizer.lr"] == its.config["optimizer"]["lr"]
        assert history == its.evaluations
        assert exit_code == 0


def test_live_and_afterwards_are_the_same():
    words = ["-m", *NET, "optimizer=sgd,adam", "seed=0,1", "training.epochs=2", "track=[wandb]"]
    assert main(words) == 0
    for _ in range(2):
        assert_has_every_run_once(ravine.load_study("runs/s"))
        assert main(["export", "runs/s", "--to", "wandb"]) == 0
    assert_has_every_run_once(ravine.load_study("runs/s"))


@pytest.mark.long
def test_a_sweep_of_two_workers_that_is_killed_and_goes_on(capsys):
    words = [
        RAVINE,
        "-m",
        *NET,
        "optimizer=sgd,adam",
        "seed=0,1",
        "training.epochs=100",
        "workers=2",
        "track=[wandb]",
    ]
    command = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while len(list(Path("runs/s").glob("*/checkpoint*"))) < 2 and command.poll() is None:
        time.sleep(0.02)
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    assert ravine.load_study("runs/s").missing
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert "warning" not in done.stderr, done.stderr
    study = ravine.load_study("runs/s")
    assert len(study.runs) == 4
    assert_has_every_run_once(study)
    assert main(["export", "runs/s", "--to", "wandb"]) == 0
    assert_has_every_run_once(study)
    assert capsys.readouterr() == ("runs/s: 4 runs to wandb\n", "")


def test_a_run_that_failed_says_so(tmp_path):
    run = ravine.TrackedRun("ab-cd", tmp_path, "sgd", {"x": None, "layers": [1, 2]}, 0)
    WandB(project="p").begin(run).end("failed", {})
    (place,) = tmp_path.glob("wandb/offline-run-*")
    its, settings, history, exit_code = read(place)
    assert (its.project, history, exit_code) == ("p", [], 1)
    assert settings["layers"] == [1, 2]
