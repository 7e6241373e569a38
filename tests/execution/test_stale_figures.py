"""A study that grows has figures of all its runs, with the fields that were asked for."""

import contextlib
import json
import os
from pathlib import Path

import pytest

S = Path("runs/s")
SMALL = ["-m", "dataset=gaussian", "network.hidden=[5]", "training.steps=2", "study=s", "workers=1"]
FIELDS = "figures=[{name: accuracy_curves, test: true}]"


def asked():
    return json.loads((S / "study.json").read_text())["figures"]


def pictures():
    return {path.name: path.read_bytes() for path in (S / "figures").glob("*.svg")}


@pytest.mark.parametrize("later", [["figures=[loss_curves]"], ["figures=[]"], []])
def test_a_figure_that_is_there_is_drawn_again_when_the_study_grows(ravine_here, later):
    assert ravine_here(*SMALL, "seed=0", FIELDS).returncode == 0
    first = pictures()
    done = ravine_here(*SMALL, "seed=0,1", *later)
    assert done.returncode == 0
    assert asked()[0] == {"name": "accuracy_curves", "test": True}
    grown = pictures()
    assert grown["accuracy_curves.svg"] != first["accuracy_curves.svg"]
    assert "runs/s/figures/accuracy_curves.png" in done.stdout.splitlines()
    # It is what a study that asked for both seeds at once has.
    Path("other").mkdir()
    with contextlib.chdir("other"):
        assert ravine_here(*SMALL, "seed=0,1", FIELDS).returncode == 0
        at_once = pictures()
    assert grown["accuracy_curves.svg"] == at_once["accuracy_curves.svg"]


def test_a_name_alone_keeps_the_fields_and_other_fields_replace_them(ravine_here):
    for words in (FIELDS, "figures=[accuracy_curves]"):
        assert ravine_here(*SMALL, "seed=0", words).returncode == 0
        assert asked() == [{"name": "accuracy_curves", "test": True}]
    assert ravine_here(*SMALL, "seed=0", FIELDS.replace("true", "false")).returncode == 0
    assert asked() == [{"name": "accuracy_curves", "test": False}]


def test_a_figure_whose_files_are_removed_is_not_asked_for_any_more(ravine_here):
    assert ravine_here(*SMALL, "seed=0", "figures=[loss_curves,accuracy_curves]").returncode == 0
    for path in (S / "figures").glob("accuracy_curves.*"):
        path.unlink()
    assert ravine_here(*SMALL, "seed=0,1", "figures=[]").returncode == 0
    assert asked() == ["loss_curves"]
    assert pictures().keys() == {"loss_curves.svg"}


def test_a_picture_that_nobody_asks_for_is_not_listed_as_made(ravine_here):
    assert ravine_here(*SMALL, "seed=0", "figures=[loss_curves]").returncode == 0
    stray = S / "figures" / "of_old.png"
    stray.write_bytes(b"")
    os.utime(stray, (0, 0))
    done = ravine_here(*SMALL, "seed=0,1", "figures=[loss_curves]")
    assert "of_old" not in done.stdout
    assert "ravine: warning: runs/s/figures/of_old.png is older than the runs\n" in done.stderr
    assert stray.exists()
