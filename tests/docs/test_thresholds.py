"""The table of the numbers that are ours: it has the claims and verdicts of today, and says what follows from them."""

import importlib.util

import pytest
from documentation import ROOT

_SPEC = importlib.util.spec_from_file_location("make_thresholds", ROOT / "docs" / "make_thresholds.py")
thresholds = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(thresholds)


def test_the_table_is_that_of_the_claims_and_verdicts_of_today():
    _, written, _ = thresholds.TABLE.search(thresholds.PAGE.read_text("utf-8")).groups()
    assert written == thresholds.table(), "write it again: python docs/make_thresholds.py"
    assert len(written.splitlines()) > 20


def test_what_somebody_else_has_set_is_still_a_number_of_a_claim(monkeypatch):
    given = {(name, float(number)) for name, numbers in thresholds.GIVEN.items() for number in numbers}
    monkeypatch.setattr(thresholds, "GIVEN", {})
    assert given <= {(name, thresholds._number(claim)) for name, claim in thresholds._ours()}


@pytest.mark.parametrize(
    ("claim", "outcome", "same"),
    [
        ({"is": "higher", "than": 2.0}, "supported", "any below 2.1"),
        ({"is": "higher", "than": 2.0}, "not supported", "any above 2.4"),
        ({"is": "lower", "than": 2.0}, "supported", "any above 2.4"),
        ({"is": "lower", "than": 2.0}, "not supported", "any below 2.1"),
        ({"is": "lower", "than": 2.0}, "inconclusive", "any from 2.1 to 2.4"),
        ({"is": "equal", "within": 0.5, "than": {}}, "supported", "any above 0.4"),
        ({"is": "equal", "within": 0.05, "than": {}}, "not supported", "any below 0.1"),
    ],
)
def test_with_which_numbers_the_verdict_would_be_the_same(claim, outcome, same):
    assert thresholds._same(claim, outcome, 0.1, 0.4) == same


def test_of_a_difference_on_both_sides_the_farther_end_counts():
    assert thresholds._same({"is": "equal", "within": 0.5}, "supported", -0.3, 0.1) == "any above 0.3"
    assert thresholds._same({"is": "equal", "within": 0.5}, "not supported", -0.9, -0.7) == "any below 0.7"
