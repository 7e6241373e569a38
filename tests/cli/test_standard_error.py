"""Nobody reads standard error, or there is none: everything is made all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import ravine as package

RAVINE = Path(sys.executable).parent / "ravine"
SMALL = "-m optimizer=sgd,adam dataset=gaussian network.hidden=[5] training.steps=2 study=s workers=2"


def shell(line):
    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, timeout=120, env=os.environ, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.long
@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_a_command_without_standard_error_makes_all(closed):
    status, printed = shell(f"{RAVINE} {SMALL} {closed}")
    assert status == 0, printed
    assert len(list(Path("runs/s").glob("*/run.json"))) == 2
    assert Path("runs/s/figures/loss_curves.png").exists()
    assert "Traceback" not in printed
    assert "[1/2]" not in printed


@pytest.mark.long
def test_what_is_for_standard_error_is_not_in_a_table_that_a_program_reads():
    shell(f"{RAVINE} {SMALL}")
    whole = shell(f"{RAVINE} table runs/s --csv --runs")[1]
    gone = next(Path("runs/s").glob("*/run.json"))
    gone.unlink()
    status, printed = shell(f"{RAVINE} table runs/s --csv --runs 2>&-")
    assert status == 0
    assert len(printed.splitlines()) == len(whole.splitlines()) == 3
    assert ",missing," in printed
    assert "ravine" not in printed


def test_what_is_wrong_still_has_its_status():
    assert shell(f"{RAVINE} optimizer=nothing 2>&-") == (2, "")


class Bare:
    """What a program may put in the place of standard error."""

    def write(self, text):
        pass


@pytest.mark.parametrize("stands", [None, Bare()])
def test_a_script_without_standard_error_makes_all(monkeypatch, capsys, stands):
    monkeypatch.setattr(sys, "stderr", stands)
    study = package.sweep(["problem=sphere", "seed=0,1", "figures=[]", "study=s"])
    assert len(study.runs) == 2
    # Some are done before, and one is made again.
    record = next(Path("runs/s").glob("*/run.json"))
    record.write_text("{}")
    assert len(package.sweep(["problem=sphere", "seed=0,1", "figures=[]", "study=s"]).runs) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize(("redirection", "status"), [(">/dev/full", 1), ("2>/dev/full", 0)])
def test_a_stream_that_is_full_is_said_once_though_python_keeps_what_it_could_not_write(
    tmp_path, redirection, status
):
    words = ["-m", "problem=sphere", "training.steps=2", "figures=[]", "study=s"]
    # Python writes at once if it is told to, and has nothing to keep then.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = ["bash", "-c", f'exec "$@" {redirection}', "bash", sys.executable, "-m", "ravine", *words]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert "Exception" not in done.stderr
