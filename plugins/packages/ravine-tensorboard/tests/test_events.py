"""TensorBoard's own readers find in the files what ravine has recorded."""

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine.cli.main import main
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata, plugin_data_pb2

from ravine_tensorboard import events
from ravine_tensorboard.tracker import TensorBoard

NET = ["dataset=gaussian", "dataset.train=200", "dataset.test=50", "network.hidden=[8]",
       "training.batch_size=20", "training.evaluate_every=5", "figures=[]", "study=s",
       "checkpoint_seconds=0.1"]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(folder):
    """Steps and values by tag, as TensorBoard reads them, and its hyperparameters."""
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {tag: [(e.step, e.value) for e in found.Scalars(tag)] for tag in found.Tags()["scalars"]}, found


def assert_has_every_run_once(study, at):
    places = [path for path in at.iterdir() if path.is_dir()]
    assert len(places) == len(study.runs)
    for name, run in study.runs.items():
        (place,) = at.glob(f"* {name}")
        assert sum(path.stat().st_size > 0 for path in place.iterdir()) == 1
        seen, _ = read(place)
        expected = {}
        for step, metrics in run.evaluations:
            for metric, value in metrics.items():
                expected.setdefault(metric, []).append((step, float(np.float32(value))))
        assert seen == expected


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_the_checksum_is_that_of_rfc_3720(data, crc):
    """The examples of its appendix B.4."""
    assert events.crc32c(data) == crc


def test_events_are_what_protocol_buffers_write():
    metrics = {"train_loss": 0.1, "probe.µ": -1e-40, "large": 1e300, "less": -math.inf}
    content = events.scalars(metrics)
    single = [0.1, -1e-40, math.inf, -math.inf]
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in zip(metrics, single, strict=True)]
    theirs = Event(wall_time=1.5, step=70000, summary=Summary(value=values))
    assert events.event(1.5, 70000, 5, content) == theirs.SerializeToString()
    start = Event(wall_time=2.5, step=1, session_log=SessionLog(status=SessionLog.START))
    assert Event.FromString(events.event(2.5, 1, 7, b"\x08\x01")) == start


def test_live_and_afterwards_are_the_same(capsys):
    assert main(["-m", *NET, "optimizer=sgd,adam", "seed=0,1", "training.epochs=2", "track=[tensorboard]"]) == 0
    study, at = ravine.load_study("runs/s"), Path("runs/s/tensorboard")
    assert_has_every_run_once(study, at)
    names = sorted(path.name for path in at.iterdir())
    assert [name.rpartition(" ")[0] for name in names] == [
        "adam seed=0",
        "adam seed=1",
        "sgd seed=0",
        "sgd seed=1",
    ]
    assert main(["export", "runs/s", "--to", "tensorboard"]) == 0
    assert_has_every_run_once(study, at)
    assert sorted(path.name for path in at.iterdir()) == names
    assert main(["export", "runs/s", "--to", "{name: tensorboard, folder: elsewhere}"]) == 0
    assert_has_every_run_once(study, Path("elsewhere/s"))
    assert "4 runs to tensorboard" in capsys.readouterr().out


def test_settings_are_hyperparameters(tmp_path):
    settings = {
        "optimizer.lr": 0.1,
        "optimizer.name": "sgd",
        "nesterov": True,
        "network.hidden": [8],
        "none": None,
    }
    log = TensorBoard().begin(ravine.TrackedRun("ab-cd", tmp_path, "sgd", settings, 7))
    log.evaluation(3, {"value": 0.5})
    log.end("failed", {})
    (place,) = (tmp_path / "tensorboard").iterdir()
    _, found = read(place)
    start, end = (
        metadata.parse_session_start_info_plugin_data(found.SummaryMetadata(tag).plugin_data.content)
        if tag.endswith("start_info")
        else metadata.parse_session_end_info_plugin_data(found.SummaryMetadata(tag).plugin_data.content)
        for tag in ("_hparams_/session_start_info", "_hparams_/session_end_info")
    )
    assert start.group_name == "sgd"
    values = {key: getattr(value, value.WhichOneof("kind")) for key, value in start.hparams.items()}
    assert values == {"optimizer.lr": 0.1, "optimizer.name": "sgd", "nesterov": True, "network.hidden": "[8]"}
    assert isinstance(end, plugin_data_pb2.SessionEndInfo)
    assert end.status == 2  # failure


def test_a_reader_that_is_open_when_a_run_goes_on_has_every_step_once(tmp_path):
    run = ravine.TrackedRun("ab-cd", tmp_path, "sgd", {}, 0)
    log = TensorBoard().begin(run)
    for step in range(4):
        log.evaluation(step, {"value": float(step)})
    (place,) = (tmp_path / "tensorboard").iterdir()
    _, reader = read(place)
    log = TensorBoard().begin(run)
    for step in range(6):
        log.evaluation(step, {"value": float(step)})
        reader.Reload()
    assert [(one.step, one.value) for one in reader.Scalars("value")] == [(n, float(n)) for n in range(6)]


def test_a_label_that_changes_and_odd_names_leave_one_folder(tmp_path):
    for label in ("sgd", "sgd lr=0.1", "../../x layers=[a: b/c] µ"):
        TensorBoard().begin(ravine.TrackedRun("ab-cd", tmp_path, label, {}, 0)).end("completed", {})
    assert [path.name for path in (tmp_path / "tensorboard").iterdir()] == [
        ".._.._x layers=[a_ b_c] µ seed=0 ab-cd"
    ]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no process groups")
def test_a_sweep_of_two_workers_that_is_killed_and_goes_on():
    words = [Path(sys.executable).with_name("ravine"), "-m", *NET, "optimizer=sgd,adam", "seed=0,1",
             "training.epochs=50", "workers=2", "track=[tensorboard]"]  # fmt: skip
    command = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    at = Path("runs/s/tensorboard")
    while sum(path.stat().st_size > 2500 for path in at.glob("*/*")) < 2 and command.poll() is None:
        time.sleep(0.02)
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    begun = len(list(at.iterdir()))
    assert begun < 4 or ravine.load_study("runs/s").missing
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    study = ravine.load_study("runs/s")
    assert len(study.runs) == 4
    assert_has_every_run_once(study, at)
