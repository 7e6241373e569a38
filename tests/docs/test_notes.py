"""The table of the notes: what it names exists, and its rows have every line that a claim of the chapter quotes."""

import json
import re
from collections import Counter

import yaml
from documentation import ROOT
from ravine.reports.chapter import chapter

# Claims that quote nothing, because the notes do not say it.
OWN = {
    "nesterov_on_ravine": 1,
    "optimizer_paths": 2,
    "batch_sizes": 1,
    "weight_decay_sweep": 4,
    "dropout_sweep": 1,
    "random_search": 1,
    "narrowing": 1,
    "bayesian_search": 2,
}
ROWS = [
    row.strip("| ").split(" | ")
    for row in (ROOT / "docs" / "notes.md").read_text().splitlines()
    if re.match(r"\| \d", row)
]


def of_the_notes():
    """The experiments of the chapter, and their claims, without those of data and papers."""
    for name in (item.name for item in chapter() if not item.section.startswith(("Papers", "Data"))):
        yield name, yaml.safe_load((ROOT / "conf" / "experiment" / f"{name}.yaml").read_text())["claims"]


def test_every_experiment_that_the_table_names_is_one_of_the_chapter():
    assert len(ROWS) > 90
    assert {len(row) for row in ROWS} == {4}
    named = {name for _, _, where, _ in ROWS for name in re.findall(r"(?<!figure )`(\w+)`", where)}
    there = {name for name, _ in of_the_notes()}
    assert named <= there
    assert there - named == {"nesterov_on_ravine"}


def test_every_claim_quotes_a_line_that_is_in_the_table_or_is_counted_as_the_chapters_own():
    lines = {n for row in ROWS for part in row[0].split(", ") for n in _range(part)}
    own = Counter()
    for name, claims in of_the_notes():
        for claim in claims:
            if "from" not in claim:
                own[name] += 1
                continue
            place = re.fullmatch(r"line (\d+)", claim["from"]["where"])
            assert int(place[1]) in lines, (name, claim["from"])
            assert re.search("[가-힣]", claim["from"]["says"])
    assert own == OWN


def test_a_claim_stands_alone():
    for name, claims in of_the_notes():
        for claim in claims:
            assert not re.match(r"(So|It|They|Nor|There)\b", claim["says"]), (name, claim["says"])


def test_the_korean_page_has_sentences_of_claims_and_what_came_of_them():
    published = json.loads((ROOT / "framework/ravine/reports/report/published.json").read_text())
    words = {"supported": "지지", "not supported": "반대", "inconclusive": "보류"}
    claims = dict(of_the_notes())
    page = (ROOT / "docs" / "ko.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (.+) \| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) > 25
    for line, says, name, outcome in rows:
        quoting = [
            claim["says"]
            for claim in claims[name]
            if claim.get("from") == {"where": f"line {line}", "says": says}
        ]
        counted = Counter(published[name][sentence]["outcome"] for sentence in quoting)
        assert outcome == ", ".join(f"{word} {counted[each]}" for each, word in words.items() if counted[each])
    for part in ("updates", "initial_weights", "batch_normalisation", "overfitting", "search"):
        assert f"({part}.md)" in page


def _range(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)
