"""A study whose runs were all lost: it has a table that says so, and no number is made up."""

import json
from pathlib import Path

import pytest
import ravine
from factories import run
from ravine.records.ledger import Ledger
from ravine.records.study import Study
from ravine.reports.table import Look, table

TOO_FAR = [
    "problem=sphere",
    "optimizer.lr=1e200",
    "optimizer=sgd,momentum",
    "training.steps=9",
    "study=lost",
    "figures=[]",
]


@pytest.fixture
def lost(ravine_here):
    ravine.sweep(TOO_FAR)
    return lambda *words: ravine_here("table", "runs/lost", *words)


@pytest.mark.parametrize("words", [(), ("--metric", "value")])
def test_the_table_says_how_many_diverged(lost, words):
    done = lost(*words)
    assert done.returncode == 0, done.stderr
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == [
        "value n lost median mean its 95 % interval",
        "sgd 0 1 diverged - - -",
        "momentum 0 1 diverged - - -",
    ]


def test_json_has_counts_and_no_number(lost):
    (rows,) = json.loads(lost("--json").stdout)["metrics"].values()
    assert rows == [
        {"group": name, "n": 0, "diverged": 1, "pruned": 0, "failed": 0, "without": 0}
        for name in ("sgd", "momentum")
    ]


@pytest.mark.parametrize("form", ["markdown", "latex", "csv"])
def test_the_other_forms_have_it_too(lost, form):
    done = lost(f"--{form}")
    assert done.returncode == 0, done.stderr
    assert "1 diverged" in done.stdout or ",1,0,0,0" in done.stdout


def test_a_metric_that_nothing_has_is_still_told(lost):
    done = lost("--metric", "valeu")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no metric 'valeu'; did you mean value?" in done.stderr


def test_the_summary_names_the_metrics_that_there_would_be(lost):
    assert ravine.load_study("runs/lost").summary().splitlines()[0].split() == ["runs", "value", "seconds"]


@pytest.mark.parametrize("status", ["diverged", "failed"])
def test_runs_that_were_never_evaluated_are_counted_too(status):
    runs = {one.id: one for one in (run("sgd", status=status), run("adam", status=status))}
    made = Study(Path("runs/here"), Ledger("", [], [], [*runs]), runs)
    assert [" ".join(line.split()) for line in table(made, Look(), runs=False, form="text").splitlines()] == [
        "no metric n lost median mean its 95 % interval",
        f"sgd 0 1 {status} - - -",
        f"adam 0 1 {status} - - -",
    ]
