"""Numbers of the pages: tables are as studies made them, and their settings are those of today's experiments."""

import importlib.util
import json
import re

from documentation import ROOT

_SPEC = importlib.util.spec_from_file_location("make_numbers", ROOT / "docs" / "make_numbers.py")
numbers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(numbers)


def test_tables_are_as_their_studies_made_them_with_the_settings_of_today():
    noted = json.loads((ROOT / "docs" / "numbers.json").read_text())
    found = {}
    for page in sorted((ROOT / "docs").glob("*.md")):
        for _, study, options, table, _ in numbers.TABLE.findall(page.read_text()):
            found[f"{study} {options}".strip()] = numbers.note(study, table)
    assert found == noted
    assert len(found) > 5


def test_a_change_of_settings_or_of_a_digit_is_noticed():
    study = "overfitting_by_data"
    assert numbers.note(study, "0.25") != numbers.note(study, "0.26")
    assert numbers.settings(study) != numbers.settings("overfitting_by_width")


def test_how_many_widths_batch_normalisation_is_ahead_at_is_what_its_claims_say():
    published = json.loads((ROOT / "framework/ravine/reports/report/published.json").read_text())
    outcomes = [
        row["outcome"]
        for says, row in published["batch_norm_scales"].items()
        if "batch normalisation learns faster; " in says
    ]
    ahead = re.search(
        r"ahead at (\d+) of (\d+)\s+widths", (ROOT / "docs" / "batch_normalisation.md").read_text()
    )
    assert [*map(int, ahead.groups())] == [outcomes.count("supported"), len(outcomes)]
