"""What a received study says is shown as text, and written nowhere but in its own folder."""

import json
from pathlib import Path

import pytest
import ravine
from factories import signed
from ravine.base.errors import masked
from ravine.base.tables import as_csv
from ravine.evidence.claim import Verdict
from ravine.evidence.verdicts import Findings
from ravine.reports.pages import claims_page

SHORT = ["problem=sphere", "training.steps=2"]
ESCAPE = "\x1b]0;owned\x07\x9b31m\u202e"


@pytest.fixture
def received():
    """The folder of a study whose texts hold signs that a terminal obeys, and marks of HTML."""
    study = ravine.sweep([*SHORT, "seed=0,1", "figures=[paths]", "study=s"])
    (study.folder / study.ledger.runs[0] / "run.json").unlink()
    path = study.folder / "study.json"
    content = json.loads(path.read_text())
    text = f"{ESCAPE}<script>\n# heading"
    content |= {
        "question": text,
        "command": f"ravine {text}",
        "claims": [{"says": text, "left": {"seed": "0"}}],
    }
    content["asked"] = {run: values | {f"x{ESCAPE}": run} for run, values in content["asked"].items()}
    path.write_text(signed(content))
    return study.folder


@pytest.mark.parametrize(
    "words", [["status"], ["table"], ["table", "--runs"], ["claims"], ["claims", "--markdown"]]
)
def test_no_sign_that_a_terminal_obeys_is_printed(received, ravine_here, words):
    done = ravine_here(*words, "runs/s")
    said = done.stdout + done.stderr
    assert said
    assert not [sign for sign in said if sign != "\n" and not (sign.isprintable())]
    assert "<script>" not in said or "--markdown" not in words


def test_a_page_of_claims_has_no_marks_of_html_and_no_lines_of_others(received):
    from ravine.records.study import load_study

    verdict = Verdict("<script>\n# heading", "inconclusive", 0, why="<b>")
    page = claims_page({"<i>": [Findings(load_study(received), [verdict])]})
    assert "<" not in page
    assert "\n# heading" not in page


def test_no_cell_is_a_formula():
    rows = [{"=1+1": text} for text in ("\t=1+1", "\r=1+1", " =1+1", "=1+1", "-1+1", "@x", "\n+1")]
    for row in rows:
        head, cell = as_csv([row]).split("\n", 1)
        assert head.startswith("'")
        assert cell.lstrip('"').startswith("'")
    assert as_csv([{"a": "\x1b[31m\rb"}]) == "a\n\\x1b[31m\\rb\n"
    assert as_csv([{"a": -1.5, "b": "x-1"}]) == "a,b\n-1.5,x-1\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:SECRET", "postgresql://u:***"),
        ("search.storage='postgresql://u:SEC/RET' x=1", "search.storage='postgresql://u:***' x=1"),
        ("postgresql://u:SECRET@host/base", "postgresql://u:***@host/base"),
        ("ray://head:10001", "ray://head:10001"),
        ("http://host:80/path", "http://host:80/path"),
        ("sqlite:///a.db", "sqlite:///a.db"),
    ],
)
def test_a_password_is_hidden_whether_a_host_follows_or_not(text, shown):
    assert masked(text) == shown


def test_nothing_is_written_through_a_link_in_a_study(tmp_path, ravine_here):
    words = [*SHORT, "seed=0,1", "figures=[paths]", "study=s"]
    study = ravine.sweep(words)
    outside, run = tmp_path / "outside", study.ledger.runs[0]
    (study.folder / "figures").rename(tmp_path / "old")
    outside.mkdir()
    for name in ("paths.png", "paths.svg", "paths.gif", "config.yaml", "metrics.npz", ".x.half"):
        (outside / name).write_text("mine")
    (study.folder / "figures").symlink_to(outside)
    with pytest.warns(UserWarning, match=r"paths\.png cannot be written: runs/s/figures is a link$"):
        ravine.sweep(words)
    (study.folder / run / "run.json").unlink()
    (study.folder / run).rename(tmp_path / "run")
    (study.folder / run).symlink_to(outside)
    with pytest.warns(UserWarning, match="is a link$"):
        again = ravine.sweep(words)
    assert run not in again.runs
    assert {path.name: path.read_text() for path in outside.iterdir()} == dict.fromkeys(
        ("paths.png", "paths.svg", "paths.gif", "config.yaml", "metrics.npz", ".x.half"), "mine"
    )
    assert Path("runs/s/table.csv").is_file()


def test_a_lock_that_is_a_link_makes_no_file_elsewhere(tmp_path, ravine_here):
    folder = tmp_path / "runs" / "s"
    folder.mkdir(parents=True)
    (folder / "lock").symlink_to(tmp_path / "elsewhere")
    done = ravine_here(*SHORT, "figures=[]", "study=s")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("ravine: runs/s/lock cannot be written: ")
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_in_a_claim_is_text():
    verdict = Verdict("[x](javascript:alert(1))", "supported", 6)
    page = claims_page({"Study": [Findings(ravine.sweep([*SHORT, "figures=[]", "study=t"]), [verdict])]})
    assert "[x\\](javascript:" in page
