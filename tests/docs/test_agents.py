"""The page for scripts and agents says which keys the commands' JSON has."""

import json
import re

import pytest
from documentation import ROOT

PAGE = (ROOT / "docs" / "agents.md").read_text()
WORDS = ["-m", "problem=ravine", "optimizer=sgd,adam", "training.steps=5", "study=first", "figures=[]"]


def keys(command):
    """The keys in the table below a command's name."""
    part = PAGE.partition("## JSON")[2].partition(f"`ravine {command}")[2].partition("\n\n`ravine ")[0]
    rows = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", " ".join(rows)))


@pytest.fixture
def printed(ravine_here):
    assert ravine_here(*WORDS).returncode == 0

    def of(*words):
        return json.loads(ravine_here(*words, "--json").stdout)

    return of


def test_list(printed):
    found = printed("list")
    assert set().union(*found) == keys("list …")
    (adam,) = printed("list", "optimizer", "adam")
    assert adam["fields"][0] == {"name": "lr", "type": "float", "default": 0.001}
    assert adam["chosen_with"] == "optimizer=adam"


def test_status(printed):
    (study,) = printed("status", "runs/first")
    assert set(study) == keys("status")
    assert study["counts"] == {"completed": 2}
    assert [run["step"] for run in study["runs"]] == [5, 5]
    assert f"a list of {', '.join(f'`{key}`' for key in study['runs'][0])}" in PAGE


def test_table(printed):
    table = printed("table", "runs/first", "--metric", "value")
    assert set(table) == keys("table")
    groups = table["metrics"]["value"]
    assert [group["group"] for group in groups] == ["sgd", "adam"]
    for key in groups[0]:
        assert f"`{key}`" in PAGE.partition("A group has")[2].partition("With `--runs`")[0]
    assert len(printed("table", "runs/first", "--runs")["runs"]) == 2


def test_claims(printed):
    (study,) = printed("claims", "runs/first")
    assert set(study) == keys("claims")
    assert study["verdicts"] == []


def test_check(printed):
    checked = printed("check", "optimizer", "sgd")
    assert set(checked) == keys("check KIND NAME --json")
    assert checked["kept"] is True
    assert set(checked["promises"][0]) == {"name", "says", "kept", "reason"}


def test_doctor(printed):
    report = printed("doctor")
    assert set(report) == keys("doctor")
    assert report["problems"] == []
    assert {"ravine", "Python", "hooks"} <= set(report["versions"])
