"""Commands that are stopped from outside, and disks that are full."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ravine.records import study as records_study

SWEEP = ["-m", "seed=range(6)", "dataset.train=2000", "training.steps=2000", "training.epochs=null",
         "dataset.test=100", "network.hidden=[10]", "figures=[]", "study=s"]  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_command_that_is_asked_to_end_ends_as_with_ctrl_c(number, workers):
    words = [Path(sys.executable).parent / "ravine", *SWEEP, f"workers={workers}"]
    with subprocess.Popen(words, stdout=-1, stderr=-1, text=True) as process:
        until = time.monotonic() + 60
        while not list(Path("runs").glob("s/*/run.json")) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert said.endswith("\nstopped; runs that have ended are kept, and the same command makes the others\n")
    assert Path("runs/s/table.csv").read_text().count("completed") >= 1


def test_a_hangup_that_is_ignored_stays_ignored():
    code = (
        "import signal; from ravine.execution.interrupt import listening\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with listening():\n    signal.raise_signal(signal.SIGHUP)\n"
        "print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_no_mistake_of_the_users(ravine_here, monkeypatch, code):
    def full(path, content):
        from ravine.base.errors import WriteError

        raise WriteError(code, os.strerror(code), str(path))

    monkeypatch.setattr(records_study, "write_atomically", full)
    done = ravine_here("problem=sphere", "training.steps=2", "figures=[]", "study=s")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"ravine: runs/s/table.csv cannot be written: {os.strerror(code)}; runs that have ended are kept, and the "
        "same command goes on when there is room"
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="nothing is full here")
def test_a_full_standard_output_is_named():
    with open("/dev/full", "w") as full:
        command = Path(sys.executable).parent / "ravine"
        done = subprocess.run([command, "list"], stdout=full, stderr=-1, text=True)
    assert done.returncode == 1
    assert done.stderr == "ravine: standard output: No space left on device\n"


def test_a_home_that_cannot_be_written_is_not_told_by_matplotlib(ravine):
    done = ravine("-m", "problem=sphere", "seed=0,1", "training.steps=2", "study=s", HOME="/dev/null/home",
                  MPLCONFIGDIR="")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "atplotlib" not in done.stderr
    assert Path("runs/s/figures/paths.png").exists()
