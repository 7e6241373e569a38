"""Published verdicts and numbers: those of the page of claims, and how a whole reproduction is compared with them."""

import importlib.util
import json
import re
from dataclasses import replace

import pytest
import ravine
from documentation import ROOT
from ravine.evidence.claim import Verdict
from ravine.records.ledger import Ledger
from ravine.records.study import Study
from ravine.reports.report.published import Published, agreement, published, published_of

_SPEC = importlib.util.spec_from_file_location("make_published", ROOT / "docs" / "make_published.py")
make = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(make)
PAGE = (ROOT / "docs" / "claims.md").read_text()


def test_they_are_those_of_the_page_of_claims():
    assert json.loads(make.FILE.read_text()) == make.published(PAGE)
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| ", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(row.outcome for rows in published().values() for row in rows.values())
    assert all(row.difference is not None for rows in published().values() for row in rows.values())
    composed = {
        claim["says"]
        for name in ("escape", "batch_norm", "dropout")
        for claim in ravine.compose([f"experiment={name}"]).claims
    }
    assert composed <= {says for rows in published().values() for says in rows}


def test_a_row_is_read_with_its_marks_and_numbers():
    rows = [
        "### one",
        r"| **supported** | a &lt; b \| c<br>*line 3: 가* | +1.2e-05 (-3 to +4.5), n = 6, 1 left out |",
        "| **inconclusive** | d | -2, n = 1 |",
        "| **inconclusive** | e | n = 0, 2 of 6 pairs |",
    ]
    assert make.published("\n".join(rows)) == {
        "one": {
            "a < b | c": {"outcome": "supported", "difference": 1.2e-5, "interval": [-3.0, 4.5]},
            "d": {"outcome": "inconclusive", "difference": -2.0, "interval": None},
            "e": {"outcome": "inconclusive", "difference": None, "interval": None},
        }
    }


@pytest.fixture
def same():
    """The published verdicts of two experiments, as a reproduction would find them."""
    return {
        name: [
            Verdict(says, row.outcome, 6, difference=row.difference, interval=row.interval)
            for says, row in published()[name].items()
        ]
        for name in ("sgd_on_sphere", "validation_against_test")
    }


def test_agreement_counts_and_names_what_differs(same):
    assert agreement(same) == "as published: 4 of 4 verdicts, and the numbers of 4"
    (flattered,) = same["validation_against_test"]
    low, high = flattered.interval
    nearly = replace(flattered, difference=flattered.difference * 1.00001)
    assert agreement({**same, "validation_against_test": [nearly]}) == agreement(same)
    other = replace(flattered, interval=(low, 1.1 * high))
    assert agreement({**same, "validation_against_test": [other]}) == (
        "as published: 4 of 4 verdicts, and the numbers of 3\n  other numbers: validation_against_test"
    )
    without = replace(flattered, outcome="inconclusive", difference=None, interval=None)
    assert agreement(
        {
            **same,
            "validation_against_test": [without],
        }
    ) == (
        f"as published: 3 of 4 verdicts, and the numbers of 3\n"
        f"  other verdict: validation_against_test: {flattered.says}\n"
        f"  other numbers: validation_against_test"
    )


def test_numbers_that_are_only_rounding_are_alike():
    zeros = [Published("supported", value, None) for value in (0.0, -0.0, 1.27e-17, -3e-13)]
    ours = [Verdict("a", "supported", 1, difference=value) for value in (-1e-17, 0.0)]
    assert all(one.has_numbers_of(verdict) for one in zeros for verdict in ours)
    assert not zeros[0].has_numbers_of(Verdict("a", "supported", 1, difference=1e-9))


def test_a_verdict_that_is_not_published_is_named(same):
    (flattered,) = same["validation_against_test"]
    other = {"validation_against_test": [flattered, replace(flattered, says="It is new.")]}
    assert agreement(other).splitlines()[1:] == ["  not published: validation_against_test: It is new."]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("ravine -m experiment=sgd_on_ravine", "sgd_on_ravine"),
        ("ravine -m experiment=sgd_on_ravine optimizer.lr=0.05 study=mine", "sgd_on_ravine"),
        ("ravine -m --config-dir conf experiment=sgd_on_ravine", None),
        ("ravine -m -cd conf experiment=sgd_on_ravine", None),
        ("ravine -m optimizer=sgd study=sgd_on_ravine", None),
        ("ravine -m experiment=my_own", None),
    ],
)
def test_a_study_is_compared_with_the_experiment_that_its_command_has_chosen(command, name, tmp_path):
    study = Study(tmp_path / "sgd_on_ravine", Ledger(command, [], [], []), {})
    assert published_of(study) == (published()[name] if name else {})


def test_a_script_with_its_own_folder_of_configurations_is_not_taken_for_the_chapter(tmp_path):
    (tmp_path / "conf" / "experiment").mkdir(parents=True)
    own = (ROOT / "conf" / "experiment" / "sgd_on_ravine.yaml").read_text()
    (tmp_path / "conf" / "experiment" / "sgd_on_ravine.yaml").write_text(own)
    study = ravine.sweep(["experiment=sgd_on_ravine", "figures=[]"], config_dir=tmp_path / "conf")
    assert study.ledger.command.startswith("ravine -m --config-dir ")
    assert published_of(study) == {}
