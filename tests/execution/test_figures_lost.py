"""Figures and verdicts that cannot be made cost no other, and the command says which and why."""

import json
import os
from pathlib import Path

import pytest
from factories import signed
from ravine_plugins.figures.paths import Paths

# Here a warning is what the command says of it.
pytestmark = pytest.mark.filterwarnings("always::UserWarning")

LEDGER = Path("runs/s/study.json")


def names():
    return sorted(path.name for path in Path("runs/s/figures").iterdir())


@pytest.fixture
def study(ravine_here):
    done = ravine_here("-m", "problem=sphere", "seed=0,1", "study=s", "figures=[paths,path_overlay]")
    assert done.returncode == 0


def test_a_figure_whose_plugin_is_gone_costs_no_other(study, ravine_here):
    ledger = json.loads(LEDGER.read_text())
    ledger["figures"] = ["gone", *ledger["figures"], "gone_too"]
    LEDGER.write_text(signed(ledger))
    for path in Path("runs/s/figures").iterdir():
        path.unlink()
    done = ravine_here("figures", "runs/s")
    assert done.returncode == 1
    assert names() == ["path_overlay.png", "path_overlay.svg", "paths.png", "paths.svg"]
    assert "ravine: warning: figure gone is not drawn: no figure is named 'gone'; there are: " in done.stderr
    assert done.stderr.splitlines()[-1] == "ravine: 2 of 4 figures are not drawn: gone, gone_too"
    assert done.stdout.splitlines()[-2:] == ["runs/s/figures/path_overlay.png", "runs/s/figures/paths.png"]


def test_figures_that_one_cause_loses_are_one_line(study, ravine_here, monkeypatch):
    monkeypatch.setattr("ravine.reports.drawing._sign", lambda *_, **__: 1 / 0)
    done = ravine_here("figures", "runs/s")
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if "warning" in line)
    assert (
        line
        == "ravine: warning: figures paths, path_overlay are not drawn: ZeroDivisionError: division by zero"
    )


def test_a_study_that_has_lost_a_figure_ends_with_1(ravine_here, monkeypatch):
    def draw(self, study):
        raise KeyError("colour")

    monkeypatch.setattr(Paths, "draw", draw)
    done = ravine_here("problem=sphere", "study=s", "figures=[paths]")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ravine: 1 of 1 figures is not drawn: paths"
    assert "KeyError: 'colour'" in done.stderr


def test_a_claim_whose_metric_is_gone_costs_no_other(study, ravine_here):
    ledger = json.loads(LEDGER.read_text())
    low = {"is": "lower", "than": 100.0, "exact": True}
    ledger["claims"] = [
        {"says": "A", "metric": "gone", **low},
        {"says": "B", "metric": {"name": "final", "of": "value"}, **low},
    ]
    LEDGER.write_text(signed(ledger))
    done = ravine_here("claims", "runs/s")
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert first.startswith("inconclusive: A [claims[0]: no metric is named 'gone'; there are: ")
    assert second.startswith("supported: B (")
    assert done.stderr == "ravine: 1 of 2 claims is not judged: its metric fails or is missing\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_one_line(study, ravine_here):
    folder = Path("runs/s/figures")
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    folder.chmod(0o500)
    done = ravine_here("-m", "problem=sphere", "seed=0,1,2", "study=s")
    folder.chmod(0o700)
    assert done.returncode == 1
    assert "ravine: warning: figures paths, path_overlay are not drawn: no permission" in done.stderr


def test_a_picture_that_cannot_be_replaced_is_named_as_older(study, ravine_here, monkeypatch):
    from ravine.base.errors import WriteError
    from ravine.records import study as records

    def full(path, content):
        if path.parent.name == "figures":
            raise WriteError(28, "No space left on device", str(path))
        path.write_bytes(content)

    monkeypatch.setattr(records, "write_atomically", full)
    done = ravine_here("-m", "problem=sphere", "seed=0,1,2", "study=s")
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert "ravine: warning: figures paths, path_overlay are not drawn: No space left on device" in said
    assert "ravine: warning: runs/s/figures/paths.png is older than the runs" in said
    assert Path("runs/s/figures/paths.png").exists()
