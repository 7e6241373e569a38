"""Runs: a command makes one or many, leaves them in a folder, and says with its status whether all are made."""

import re

import pytest
import ravine as package
from distributions import describe

FAST = ["training.steps=20", "dataset.train=500", "dataset.test=200", "network.hidden=[20]"]


def test_one_run_in_an_empty_folder(ravine, tmp_path):
    done = ravine("optimizer=adam", "optimizer.lr=0.01", *FAST)
    assert done.returncode == 0, done.stderr
    (study,) = (tmp_path / "runs").iterdir()
    assert study.name.startswith("optimizer=adam,optimizer.lr=0.01,training.steps=20")
    assert {path.name for path in study.iterdir()} >= {"study.json", "table.csv", "table.txt", "figures"}
    (run,) = (path for path in study.iterdir() if re.fullmatch("[0-9a-f]{12}-[0-9a-f]{8}", path.name))
    assert {path.name for path in run.iterdir()} == {
        "config.yaml",
        "run.json",
        "metrics.npz",
        "weights.last.npz",
        "timing.json",
        "lock",
    }
    assert {path.name for path in (study / "figures").iterdir()} == {"loss_curves.png", "loss_curves.svg"}
    assert (study / "figures" / "loss_curves.png").as_posix() in str(tmp_path / done.stdout.split()[-1])
    assert list(tmp_path.iterdir()) == [tmp_path / "runs"]


def test_a_sweep_and_the_same_command_again(ravine_here, tmp_path):
    command = [
        "-m",
        "optimizer=sgd,momentum,adagrad,rmsprop,adam",
        "seed=range(2)",
        "study=mine",
        "figures=[]",
        *FAST,
    ]
    done = ravine_here(*command)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^adam +2 +\S+ \(\S+ to \S+\) +\S+ \(\S+ to \S+\)", done.stdout, re.MULTILINE)
    study = package.load_study(tmp_path / "runs" / "mine")
    assert len(study.runs) == 10
    assert list(study.groups()) == ["sgd", "momentum", "adagrad", "rmsprop", "adam"]
    first_losses = {
        run.arrays["evaluation.train_loss"][0] for run in study.runs.values() if run.config["seed"] == 0
    }
    assert len(first_losses) == 1  # the same initial weights for every optimizer of a seed
    again = ravine_here(*command)
    assert again.returncode == 0
    assert "[10/10] 10 done before\n" in again.stderr
    assert again.stdout == done.stdout
    more = ravine_here(*(word.replace("range(2)", "range(3)") for word in command))
    assert sum(map(int, re.findall(r"(\d+) done before", more.stderr))) == 10
    assert len(package.load_study(tmp_path / "runs" / "mine").runs) == 15


def test_a_sweep_sets_fields_that_only_the_swept_choices_have(ravine_here):
    done = ravine_here(
        "-m",
        "problem=sphere",
        "optimizer=momentum,nesterov",
        "optimizer.momentum=0.5,0.8",
        "study=mine",
        "figures=[]",
    )
    assert done.returncode == 0, done.stderr
    assert len(package.load_study("runs/mine").runs) == 4


def test_a_run_can_be_run_again_from_its_config(ravine_here, tmp_path):
    assert ravine_here("problem=ravine", "optimizer=adam", "study=first", "figures=[]").returncode == 0
    ((name, first),) = package.load_study("runs/first").runs.items()
    done = ravine_here("--config-path", f"runs/first/{name}", "--config-name", "config", "study=second")
    assert done.returncode == 0, done.stderr
    ((again, second),) = package.load_study("runs/second").runs.items()
    assert again == name
    assert second.arrays["path"].tobytes() == first.arrays["path"].tobytes()


def test_a_diverging_run_does_not_stop_a_sweep(ravine_here):
    done = ravine_here(
        "-m", "problem=ravine", "optimizer.lr=0.1,5", "training.steps=500", "study=mine", "figures=[]"
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"optimizer\.lr=5: diverged at step \d+", done.stderr)
    runs = package.load_study("runs/mine").runs.values()
    assert sorted(run.status for run in runs) == ["completed", "diverged"]


@pytest.mark.filterwarnings("ignore:.* which is not installed")  # here, where the study is read
def test_failed_runs_are_status_1_and_the_others_are_made(ravine, tmp_path):
    place = tmp_path / "site"
    describe(place, "quits", "1.0", "quits = quits")
    (place / "quits.py").write_text(
        "from dataclasses import dataclass\nfrom ravine import Optimizer, hookimpl\n"
        "@dataclass(frozen=True)\nclass Quits(Optimizer):\n    lr: float = 1.0\n"
        "    def step(self, theta, g, state, *, t, lr): raise SystemExit(0)\n"
        "@hookimpl\ndef ravine_optimizers(): return {'quits': Quits}\n"
    )
    done = ravine("-m", "problem=sphere", "optimizer=quits,sgd", "study=mine", PYTHONPATH=str(place))
    assert done.returncode == 1
    assert "of 2 runs 1 failed" in done.stderr
    assert sorted(run.status for run in package.load_study("runs/mine").runs.values()) == [
        "completed",
        "failed",
    ]


@pytest.mark.long
def test_runs_of_a_launcher_for_many_are_the_same(ravine, tmp_path, monkeypatch, capsys):
    from ravine.cli.main import main
    from ravine.execution import launch

    monkeypatch.setattr(launch, "is_basic", lambda launcher: False)
    assert main(["-m", "problem=sphere", "seed=0,1", "optimizer=sgd,adam"]) == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert len(package.load_study(folder).runs) == 4
    assert "adam" in capsys.readouterr().out


def test_only_this_commands_runs_decide_its_status(ravine_here, tmp_path):
    assert ravine_here("problem=ravine", "study=mine", "figures=[]").returncode == 0
    for record in (tmp_path / "runs" / "mine").glob("*/run.json"):
        record.unlink()
    assert ravine_here("problem=sphere", "study=mine", "figures=[]").returncode == 0
    assert ravine_here("figures", "runs/mine").returncode == 0
