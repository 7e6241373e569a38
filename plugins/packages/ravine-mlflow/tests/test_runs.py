"""MLflow has what ravine has recorded, every run and every step once."""

import contextlib
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import ravine
from mlflow import MlflowClient
from ravine.cli.main import main

from ravine_mlflow.tracker import MLflow

RAVINE = Path(sys.executable).with_name("ravine")
NET = ["dataset=gaussian", "dataset.train=200", "dataset.test=50", "network.hidden=[8]", "training.batch_size=20",
       "training.evaluate_every=5", "figures=[]", "study=s", "checkpoint_seconds=0.1"]  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A database with MLflow's tables, which take seconds to make."""
    path = tmp_path_factory.mktemp("tables") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture
def database(tables):
    Path("runs").mkdir()
    shutil.copy(tables, "runs/mlflow.db")
    # MLflow keeps what it has opened by its address.
    return f"sqlite:///{Path('runs/mlflow.db').resolve()}"


def assert_has_every_run_once(uri, study, experiment="s"):
    client = MlflowClient(uri)
    of = client.get_experiment_by_name(experiment)
    found = {run.data.tags["ravine.run"]: run for run in client.search_runs([of.experiment_id])}
    assert len(found) == len(client.search_runs([of.experiment_id])) == len(study.runs)
    for name, run in study.runs.items():
        its = found[name]
        assert (its.info.status, its.data.tags["ravine.status"]) == ("FINISHED", run.status)
        assert its.data.params["optimizer.lr"] == json.dumps(run.config["optimizer"]["lr"])
        assert its.data.params["optimizer.name"] == run.config["optimizer"]["name"]
        assert its.data.metrics == run.final
        for metric in run.final:
            history = client.get_metric_history(its.info.run_id, metric)
            assert [(one.step, one.value) for one in history] == [
                (step, metrics[metric]) for step, metrics in run.evaluations
            ]
    return {name: run.info.run_name for name, run in found.items()}


def killed_and_continued(words, begun):
    """Kill a command when it has told something of two runs, and give it again."""
    command = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while not begun() and command.poll() is None:
        time.sleep(0.02)
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    assert ravine.load_study("runs/s").missing
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert "warning" not in done.stderr, done.stderr


def test_live_and_afterwards_are_the_same(database):
    words = ["-m", *NET, "optimizer=sgd,adam", "seed=0,1", "training.epochs=2", "track=[mlflow]"]
    assert main(words) == 0
    for _ in range(2):
        assert_has_every_run_once(database, ravine.load_study("runs/s"))
        assert main(["export", "runs/s", "--to", "mlflow"]) == 0
    assert_has_every_run_once(database, ravine.load_study("runs/s"))


@pytest.mark.long
def test_a_sweep_of_two_workers_that_is_killed_and_goes_on(database, capsys):
    words = [RAVINE, "-m", *NET, "optimizer=sgd,adam", "seed=0,1", "training.epochs=100", "workers=2",
             "track=[mlflow]"]  # fmt: skip
    killed_and_continued(words, lambda: len(list(Path("runs/s").glob("*/checkpoint*"))) > 1)
    study = ravine.load_study("runs/s")
    assert len(study.runs) == 4
    names = assert_has_every_run_once(database, study)
    assert sorted(names.values()) == ["adam seed=0", "adam seed=1", "sgd seed=0", "sgd seed=1"]
    for _ in range(2):
        assert main(["export", "runs/s", "--to", f"{{name: mlflow, uri: {database}}}"]) == 0
        assert assert_has_every_run_once(database, study) == names
    assert main(["export", "runs/s", "--to", "{name: mlflow, experiment: other}"]) == 0
    assert assert_has_every_run_once(database, study, "other") == names
    assert capsys.readouterr().out.splitlines()[-1] == "runs/s: 4 runs to mlflow"


@pytest.mark.long
def test_two_processes_may_make_the_tables_at_once():
    """Without a lock every one of them fails, and the file cannot be used again."""
    assert main(["-m", *NET, "seed=0,1", "training.epochs=1"]) == 0
    words = [RAVINE, "export", "runs/s", "--to", "mlflow"]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    uri = f"sqlite:///{Path('runs/mlflow.db').resolve()}"
    assert_has_every_run_once(uri, ravine.load_study("runs/s"))


def test_names_and_numbers_that_mlflow_does_not_have(database, tmp_path):
    settings = {
        "network.hidden": [8, 8],
        "odd[0]µ": None,
        "long": "x" * 7000,
        **{f"k{i}": i for i in range(250)},
    }
    log = MLflow().begin(ravine.TrackedRun("ab-cd", Path("runs/t"), "sgd", settings, 7))
    log.evaluation(0, {"probe.µ[0]": math.nan, "up": math.inf})
    log.end("failed", {})
    client = MlflowClient(database)
    (run,) = client.search_runs([client.get_experiment_by_name("t").experiment_id])
    assert run.info.status == "FAILED"
    assert run.info.run_name == "sgd seed=7"
    assert run.data.params["network.hidden"] == "[8, 8]"
    assert run.data.params["odd_0_µ"] == "null"
    assert len(run.data.params) == 253
    assert math.isnan(run.data.metrics["probe.µ_0_"])
    assert run.data.metrics["up"] == sys.float_info.max  # a database has no infinity


@pytest.mark.filterwarnings("default")
def test_a_server_that_is_not_there_costs_no_run(capsys):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert main([*NET, "training.epochs=1", f"track=[{{name: mlflow, uri: '{uri}'}}]"]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert line.startswith(
        "ravine: warning: tracker mlflow of ravine-mlflow 0.1.0: MlflowException: API request to"
    )
    assert line.endswith(f"; ravine export runs/s --to '{{name: mlflow, uri: {uri}}}' tells it of all runs")
    assert ravine.load_study("runs/s").runs
    assert main(["export", "runs/s", "--to", f"{{name: mlflow, uri: {uri}}}"]) == 1


@pytest.fixture
def server(database):
    """A real server with SQLite."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [Path(sys.executable).with_name("mlflow"), "server", "--backend-store-uri", database, "--port", str(port),
             "--workers", "2", "--artifacts-destination", "artifacts"]  # fmt: skip
    process = subprocess.Popen(
        words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    uri = f"http://127.0.0.1:{port}"
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{uri}/health", timeout=1)
            break
        time.sleep(0.1)
    yield uri
    os.killpg(process.pid, signal.SIGTERM)
    process.wait()


def asked(url, **content):
    request = urllib.request.Request(url, json.dumps(content).encode(), {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=30).read())


@pytest.mark.long
def test_a_real_server_lists_the_runs_of_a_sweep_that_was_killed(server):
    words = [RAVINE, "-m", *NET, "optimizer=sgd,adam", "seed=0,1", "training.epochs=100", "workers=2",
             f"track=[{{name: mlflow, uri: '{server}'}}]"]  # fmt: skip
    killed_and_continued(words, lambda: len(list(Path("runs/s").glob("*/checkpoint*"))) > 1)
    study = ravine.load_study("runs/s")
    assert_has_every_run_once(server, study)
    experiment = json.loads(
        urllib.request.urlopen(f"{server}/api/2.0/mlflow/experiments/get-by-name?experiment_name=s").read()
    )["experiment"]["experiment_id"]
    runs = asked(f"{server}/api/2.0/mlflow/runs/search", experiment_ids=[experiment])["runs"]
    listed = {
        {tag["key"]: tag["value"] for tag in run["data"]["tags"]}["ravine.run"]: {
            metric["key"]: metric["value"] for metric in run["data"]["metrics"]
        }
        for run in runs
    }
    assert len(runs) == 4
    assert listed == {name: run.final for name, run in study.runs.items()}
