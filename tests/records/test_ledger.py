"""The ledger of a study: whether what is read is what was written."""

import json
import random
import re

import pytest
import ravine
from factories import signed
from ravine.evidence.verdicts import judge_study
from ravine.records.ledger import Ledger
from ravine.records.study import load_study
from ravine.reports.report.page import entry_of, report_page

SEARCH = ["hydra/sweeper=search", "sampler=random", "search.trials=2", "optimizer.lr=interval(0.1,1)"]
SHORT = ["problem=sphere", "training.steps=2", "figures=[]"]


@pytest.fixture
def path():
    """The ledger of a search with two trials."""
    return ravine.sweep([*SHORT, *SEARCH, "study=s"]).folder / "study.json"


EDITS = {
    "a point": ('"optimizer.lr": 0', '"optimizer.lr": 7'),
    "a run": ("-", "f-"),
    "a quote in the command": ('"ravine -m', "\"ravine ' -m"),
    "a search without a field": ('"objective"', '"objectiv"'),
    "the format": ('"format": 2', '"format": 3'),
    "the digest": ('"sha256"', '"sha265"'),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_ledger_that_was_edited_is_not_believed(path, ravine_here, edit):
    text = path.read_text()
    assert EDITS[edit][0] in text
    path.write_text(text.replace(*EDITS[edit], 1))
    for words in (["status"], ["table"], ["claims"], ["figures"]):
        done = ravine_here(*words, "runs/s")
        assert (done.returncode, done.stdout) == (2, "")
        says = r"ravine: runs/s/study\.json: (changed since it was written|it has no digest|written by).*\n"
        assert re.fullmatch(says, done.stderr), done.stderr


def test_no_changed_byte_of_a_ledger_is_taken_for_good(path):
    content = path.read_bytes()
    rng = random.Random(0)
    for _ in range(300):
        place = rng.choice([i for i in range(len(content)) if not content[i : i + 1].isspace()])
        path.write_bytes(content[:place] + bytes([rng.randrange(256)]) + content[place + 1 :])
        if path.read_bytes() != content:
            with pytest.raises(
                ValueError, match=rf"^{path}: .*; the command that made the study writes it again$"
            ):
                Ledger.read(path.parent)


WRONG = {
    "runs": ("abc", "runs is 'abc', not a list of text"),
    "command": (3, "command is 3, not text"),
    "figures": ([3], "figures is [3], not a list of text or a mapping"),
    "question": ([], "question is [], not text or nothing"),
    "asked": ({"a": 3}, "asked is {'a': 3}, not a mapping"),
    "common": ([], "common is [], not a mapping"),
    "claims": ("x", "claims is 'x', not a list"),
    "search": (3, "search is 3, not a mapping or nothing"),
}


@pytest.mark.parametrize("key", WRONG)
def test_a_value_of_a_wrong_type_is_named(path, key):
    value, says = WRONG[key]
    path.write_text(signed(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {says}')}.*writes it again$"):
        load_study(path.parent)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda search: search.pop("objective"), "search has no objective"),
        (lambda search: search["trials"][1].update(number="1"), "search: trials: number is '1', not a whole number"),
        (lambda search: search["trials"][1].update(runs=[1]), "search: trials: runs is (1,), not a list of text"),
        (lambda search: search["trials"][1].update(sampler="halton"), "trial 1 of halton seed=0 belongs to no search"),
        (lambda search: search["trials"][1].update(point={}), "trial 1 of random seed=0 has no optimizer.lr"),
        (lambda search: search["searches"][0].update(trials=1.5), "search: searches: trials is 1.5, not a whole number"),
        (lambda search: search["space"]["optimizer.lr"].update(low="0"), "search: optimizer.lr: {'kind': 'interval', 'low': '0'"),
        (lambda search: search["space"]["optimizer.lr"].update(kind=3), "search: optimizer.lr: {'kind': 3, 'low'"),
        (lambda search: search.update(space={"optimizer.lr": 3}), "search: optimizer.lr: 3 is neither an interval nor a choice"),
    ],
)  # fmt: skip
def test_a_search_that_is_not_one_is_named(path, change, says):
    content = json.loads(path.read_text())
    change(content["search"])
    path.write_text(signed(content))
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {says}')}.*writes it again$"):
        load_study(path.parent)


def test_an_edited_ledger_is_kept_beside_the_one_that_is_written_again(path, ravine_here):
    whole, edited = path.read_bytes(), path.read_bytes().replace(b'"question": null', b'"question": "?"')
    path.write_bytes(edited)
    with pytest.warns(
        UserWarning, match=r"^runs/s/study\.json: changed since it was written .* kept as study\.json\.damaged"
    ):
        ravine.sweep([*SHORT, *SEARCH, "study=s"])
    assert path.read_bytes() == whole
    assert (path.parent / "study.json.damaged").read_bytes() == edited


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"figures": [{"name": 3}]}, "figures has {'name': 3}, which has no name"),
        ({"figures": [{}]}, "figures has {}, which has no name"),
        ({"asked": {"a": {"optimizer.name": ["sgd"]}}}, "asked has optimizer.name = ['sgd'], not text"),
        ({"common": {"optimizer.name": {}}}, "asked has optimizer.name = {}, not text"),
    ],
)
def test_a_name_that_is_not_one_is_told(path, change, says):
    path.write_text(signed(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {says}')}.*writes it again$"):
        load_study(path.parent)


def test_a_run_with_a_name_that_no_file_has_is_refused(path, ravine_here):
    path.write_text(signed(json.loads(path.read_text()) | {"runs": ["a\0b"]}))
    done = ravine_here("status", "runs/s")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ravine: runs/s/study.json: a run is a folder beside it, and 'a\\x00b' is not one\n"


def test_a_source_is_kept_where_there_is_one_and_changes_no_run():
    without = ravine.sweep([*SHORT, "seed=0,1", "study=without"])
    given = ravine.sweep([*SHORT, "seed=0,1", "study=given", "source='Polyak 1964, section 2'"])
    assert "source" not in json.loads((without.folder / "study.json").read_text())
    assert load_study(given.folder).ledger.source == "Polyak 1964, section 2"
    assert load_study(without.folder).ledger.source is None
    assert given.runs.keys() == without.runs.keys()
    page = report_page(
        "Studies", {"A section": [entry_of(judge_study(load_study(given.folder)), given.folder)]}
    )
    assert '<p class="source">Polyak 1964, section 2</p>' in page


@pytest.mark.parametrize("source", [3, ["a"], {}])
def test_a_source_that_is_not_text_is_not_believed(source):
    folder = ravine.sweep([*SHORT, "seed=0,1", "study=s", "source=a"]).folder
    content = json.loads((folder / "study.json").read_text())
    (folder / "study.json").write_text(signed({**content, "source": source}))
    with pytest.raises(ValueError, match=r"source is .*, not"):
        load_study(folder)
