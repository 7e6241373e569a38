"""Figures: ``ravine figures FOLDER`` makes again what a study had, once a run has ended."""

import pytest
from ravine.records.ledger import Ledger


@pytest.mark.long
def test_figures_of_an_old_folder(ravine_here, tmp_path):
    two = ["optimizer=sgd,momentum", "claims=[]", "study=optimizer_paths"]
    assert ravine_here("-m", "experiment=optimizer_paths", *two).returncode == 0
    figures = tmp_path / "runs" / "optimizer_paths" / "figures"
    drawn = {path.name: path.read_bytes() for path in figures.iterdir()}
    for path in figures.iterdir():
        path.unlink()
    (tmp_path / "runs" / "optimizer_paths" / "table.csv").unlink()
    assert ravine_here("figures", "runs/optimizer_paths").returncode == 0
    assert {path.name: path.read_bytes() for path in figures.iterdir()} == drawn
    assert set(drawn) == {"paths.png", "paths.svg", "path_overlay.png", "path_overlay.svg", "race.gif"}
    assert (tmp_path / "runs" / "optimizer_paths" / "table.csv").exists()


def test_a_study_without_a_run_that_has_ended_has_no_table_and_no_figures(ravine_here, tmp_path):
    Ledger("ravine", [], [], ["0123456789ab-01234567"]).write(tmp_path / "runs" / "s")
    done = ravine_here("figures", "runs/s")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "ravine: runs/s: no run has ended; ravine status runs/s says more, and ravine figures runs/s --unfinished "
        "draws those that go on or were stopped\n"
    )
    assert {path.name for path in (tmp_path / "runs" / "s").iterdir()} == {"study.json", "lock"}
