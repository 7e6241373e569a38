"""Quotes: the sentence of its source that a claim puts to the test goes with it to every page."""

import pytest
from ravine.base.errors import ConfigError
from ravine.evidence.claim import make_claims
from ravine.evidence.verdicts import judge_study
from ravine.records.ledger import Ledger
from ravine.records.study import Study
from ravine.reports.pages import claims_page
from ravine.reports.report.page import entry_of, report_page

QUOTE = {"says": "학습진도는 He 초기값이 더 빠릅니다.", "where": "line 783"}
CLAIM = {"says": "He is fast.", "metric": "diverged", "is": "lower", "than": 1, "from": QUOTE}


def test_a_quote_is_on_the_page_in_the_report_and_in_the_json(tmp_path):
    found = judge_study(Study(tmp_path / "one", Ledger("ravine", [], [CLAIM], []), {}))
    assert found.as_dict()["verdicts"][0]["from"] == QUOTE
    page = claims_page({"All": [found]})
    assert "| He is fast.<br>*line 783: 학습진도는 He 초기값이 더 빠릅니다.* | " in page
    report = report_page("One", {"A": [entry_of(found, tmp_path)]})
    assert "<q>line 783: 학습진도는 He 초기값이 더 빠릅니다.</q>" in report


@pytest.mark.parametrize(
    "bad", ["line 783", {"says": "a"}, {"says": " ", "where": "b"}, {"says": "a", "where": 783}]
)
def test_a_quote_is_a_sentence_and_its_place(bad):
    with pytest.raises(ConfigError, match=r"claims\[0\]: from = .*: it is a mapping with says and where, both"):
        make_claims([{**CLAIM, "from": bad}])
