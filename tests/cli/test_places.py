"""Commands in a folder that is gone, and with an output that is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GONE = "the current folder is no longer there"
NOT_THERE = {
    "status": f"runs/s: not a study (it has no study.json); {GONE}",
    "table": f"runs/s: not a study (it has no study.json); {GONE}",
    "figures": f"runs/s: not a study (it has no study.json); {GONE}",
    "claims": f"runs/s: neither a study nor a folder of studies; {GONE}",
}


@pytest.mark.skipif(os.name != "posix", reason="a folder in use cannot be removed")
@pytest.mark.parametrize(
    "words",
    [
        ["problem=ravine", "training.steps=1"],
        ["-m", "problem=ravine", "seed=0,1"],
        ["--dry-run", "problem=ravine"],
        ["new-plugin", "foo"],
        ["status", "runs/s"],
        ["table", "runs/s"],
        ["figures", "runs/s"],
        ["claims", "runs/s"],
        ["reproduce"],
        ["--config-dir", "mine", "problem=ravine"],
        ["dataset=idx", "dataset.folder=data"],
    ],
    ids=" ".join,
)
def test_a_current_folder_that_is_gone_is_told(ravine_here, tmp_path, words):
    place = tmp_path / "gone"
    place.mkdir()
    os.chdir(place)
    place.rmdir()
    try:
        done = ravine_here(*words)
    finally:
        os.chdir(tmp_path)
    assert (done.returncode, done.stderr) == (2, f"ravine: {NOT_THERE.get(words[0], GONE)}\n")


def test_what_needs_no_folder_works_without_one(ravine_here, tmp_path):
    place = tmp_path / "gone"
    place.mkdir()
    os.chdir(place)
    place.rmdir()
    try:
        done = [ravine_here(*words) for words in (["list", "optimizer"], ["--version"], ["check", "sgd"])]
    finally:
        os.chdir(tmp_path)
    assert [command.returncode for command in done] == [0, 0, 0], done


@pytest.mark.long
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="nothing is full here")
@pytest.mark.parametrize(
    ("words", "makes_runs"),
    [
        ("table runs/s", False),
        ("status runs/s", False),
        ("claims runs/s", False),
        ("figures runs/s", False),
        ("list", False),
        ("--version", False),
        ("--help", False),
        ("--cfg job", False),
        ("--cfg=job", False),
        ("--dry-run problem=ravine training.steps=1", False),
        ("problem=ravine training.steps=1 study=s figures=[]", True),
    ],
)
def test_only_what_makes_runs_speaks_of_runs_when_the_output_is_full(ravine, words, makes_runs):
    assert ravine("problem=ravine", "training.steps=1", "study=s", "figures=[]").returncode == 0
    command = Path(sys.executable).parent / "ravine"
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [command, *words.split()], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    rest = "; runs that have ended are kept, and the same command goes on when there is room" * makes_runs
    assert done.stderr.splitlines()[-1] == f"ravine: standard output: No space left on device{rest}"
    assert done.returncode == 1
