"""The lines of docs/trackers.md that write Parquet, with pandas, polars and DuckDB."""

import subprocess
import sys
from pathlib import Path

import pandas
import pytest
import ravine
from ravine.cli.main import main

WORDS = ["-m", "dataset=gaussian", "dataset.train=60", "dataset.test=20", "network.hidden=[5]", "training.epochs=2",
         "optimizer=sgd,adam", "figures=[]", "study=first", "track=[lines]"]  # fmt: skip


@pytest.fixture
def study(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(WORDS) == 0
    capsys.readouterr()
    assert main(["table", "runs/first", "--runs", "--csv"]) == 0
    Path("first.csv").write_text(capsys.readouterr().out)
    return ravine.load_study("runs/first")


def run(line):
    subprocess.run([sys.executable, "-c", line], check=True)


@pytest.mark.parametrize(
    "line",
    [
        "import pandas; pandas.read_csv('first.csv').to_parquet('first.parquet')",
        "import polars; polars.read_csv('first.csv').write_parquet('first.parquet')",
        "import duckdb; duckdb.sql(\"copy (from 'first.csv') to 'first.parquet'\")",
    ],
)
def test_a_table(study, line):
    run(line)
    table = pandas.read_parquet("first.parquet").set_index("run")
    assert {name: table.final_train_loss[name] for name in study.runs} == {
        name: pytest.approx(its.final["train_loss"], rel=1e-12) for name, its in study.runs.items()
    }


def test_curves_and_lines(study):
    run("import pandas, ravine; pandas.DataFrame(ravine.load_study('runs/first').curves('test_accuracy'))"
        ".to_parquet('curves.parquet')")  # fmt: skip
    run("import duckdb; duckdb.sql(\"copy (from 'runs/*/lines/*.jsonl') to 'lines.parquet'\")")
    told = {(name, step): metrics for name, its in study.runs.items() for step, metrics in its.evaluations}
    curves = pandas.read_parquet("curves.parquet")
    assert {(row.run, row.step): row.value for row in curves.itertuples()} == {
        key: metrics["test_accuracy"] for key, metrics in told.items()
    }
    lines = pandas.read_parquet("lines.parquet")
    seen = lines[lines.step.notna()]
    assert {(row.run, int(row.step)): row.train_loss for row in seen.itertuples()} == {
        key: metrics["train_loss"] for key, metrics in told.items()
    }
    assert set(lines.status.dropna()) == {"completed"}
