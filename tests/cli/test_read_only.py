"""A study in a folder that cannot be written: what only reads works, and the rest says what is possible."""

import errno
import tempfile
from pathlib import Path

import pytest
from ravine.records.locks import locked
from ravine.records.study import load_study

WORDS = ["-m", "problem=ravine", "optimizer=sgd,adam", "training.steps=9", "study=s", "figures=[]"]


@pytest.fixture
def closed(ravine_here, monkeypatch):
    """A command in a folder whose study cannot be written."""
    assert ravine_here(*WORDS).returncode == 0
    make = tempfile.mkstemp

    def refuse(**where):
        if Path(str(where.get("dir"))).resolve().is_relative_to(Path("runs").resolve()):
            raise OSError(errno.EACCES, "Permission denied", str(where["dir"]))
        return make(**where)

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    return ravine_here


def test_what_writes_nothing_new_works(closed):
    for words in ("status runs/s", "table runs/s", "claims runs/s", "figures runs/s",
                  "figures runs/s paths --format svg", "watch runs/s --every 0.01"):  # fmt: skip
        done = closed(*words.split())
        assert (done.returncode, done.stderr.count("cannot")) == (0, 0), done.stderr
    assert closed(*WORDS).returncode == 0


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ([], "runs/s"),
        (["hydra/sweeper=search", "search.objective=value", "search.trials=2"], "runs/s"),
        (["hydra/sweeper=tune", "search.objective=value", "search.trials=2"], "runs/s/tuning/sgd"),
    ],
)
def test_a_place_that_cannot_be_written_is_no_fault_of_a_sampler(ravine_here, words, place):
    Path("runs").write_text("a file")
    swept = ["problem=noisy_quadratic", "optimizer=sgd,adam", "optimizer.lr=0.1,0.2", "training.steps=2"]
    done = ravine_here("-m", *swept, *words, "study=s", "figures=[]")
    assert done.returncode in (1, 2)
    assert done.stderr.splitlines()[-1] == f"ravine: {place}/lock cannot be written: runs is not a folder"


REFUSED = {
    "drop runs/s optimizer=sgd": "runs/s/study.json cannot be written: no permission to write in runs/s; a copy of the "
    "folder can be changed, and ravine table runs/s COLUMN=VALUE shows fewer runs",
    "again runs/s optimizer=momentum": "runs/s/study.json cannot be written: no permission to write in runs/s; "
    "root=FOLDER makes the study elsewhere, and a copy of the folder can be added to",
    "figures runs/s paths --format svg --into runs/s/mine": "runs/s/mine cannot be written: no permission to write in "
    "runs/s",
    # Its table is to be written again.
    "figures runs/s": "runs/s/table.csv cannot be written: no permission to write in runs/s; ravine figures runs/s "
    "--into FOLDER draws elsewhere, and ravine table runs/s prints the table",
}


def test_what_would_write_says_where_and_what_is_possible(closed, monkeypatch):
    make = Path.mkdir

    def refuse(path, *how, **fields):
        if path.name == "mine":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        make(path, *how, **fields)

    monkeypatch.setattr(Path, "mkdir", refuse)
    Path("runs/s/table.csv").unlink()
    for words, says in REFUSED.items():
        done = closed(*words.split())
        assert done.returncode == 2, words
        assert done.stderr.splitlines()[-1] == f"ravine: {says}"


def test_runs_that_are_being_made_are_not_dropped_from_under_a_command(ravine_here):
    assert ravine_here(*WORDS).returncode == 0
    run = Path("runs/s") / load_study("runs/s").ledger.runs[1]
    (run / "run.json").rename(run / "aside")
    before = Path("runs/s/study.json").read_bytes()
    with locked(run):
        done = ravine_here("drop", "runs/s", "optimizer=sgd")
    assert done.returncode == 2
    assert done.stderr == (
        "ravine: runs/s: a command is making runs of it, and may ask for dropped ones again; "
        "drop them when it has ended\n"
    )
    assert Path("runs/s/study.json").read_bytes() == before
    assert ravine_here("drop", "runs/s", "optimizer=sgd").returncode == 0
