"""Interrupted: Ctrl-C, a kill or a closed pipe ends a command, and what is left is whole."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ravine as package


@pytest.mark.parametrize("sent", [signal.SIGINT])
def test_ctrl_c_stops_at_once_and_leaves_whole_files(ravine_here, tmp_path, sent):
    words = ["-m", "seed=0,1,2", "study=mine", "training.steps=400", "dataset.test=100",
             "training.evaluation_samples=100", "figures=[]"]  # fmt: skip
    command = [Path(sys.executable).parent / "ravine", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        # Where runs are slow, lines before it say how far the first one is.
        line = next(line for line in process.stderr if not line.startswith("[0/3] seed="))
        assert line.startswith("[1/3] seed="), line
        time.sleep(0.2)
        begin = time.monotonic()
        process.send_signal(sent)
        _, errors = process.communicate(timeout=20)
        took = time.monotonic() - begin
    assert process.returncode == 130
    assert took < 10  # a stop, not the end of the sweep; the promise of two seconds is measured by hand
    assert "and the same command makes the others" in errors
    assert "Traceback" not in errors
    study = package.load_study(tmp_path / "runs" / "mine")
    assert 1 <= len(study.runs) < 3
    assert not [path for path in (tmp_path / "runs").rglob(".*")]
    again = ravine_here(*words)
    assert again.returncode == 0
    assert f"{len(study.runs)} done before\n" in again.stderr


def test_a_killed_run_leaves_nothing_that_counts(ravine, tmp_path):
    command = [Path(sys.executable).parent / "ravine", "seed=0", "study=mine", "training.epochs=50"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while not (tmp_path / "runs" / "mine" / "study.json").exists():
            time.sleep(0.02)
            assert process.poll() is None
        process.kill()
    study = package.load_study(tmp_path / "runs" / "mine")
    assert (len(study.runs), len(study.missing)) == (0, 1)


def test_a_closed_pipe_is_no_error(tmp_path):
    command = f"{Path(sys.executable).parent / 'ravine'} list | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("kind")
    assert done.stderr == ""
