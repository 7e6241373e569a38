"""Tables on pages that list all components of a kind do list all of them."""

import re

import pytest
from documentation import ROOT
from ravine import registry

TABLES = [
    ("function", "surfaces.md"),
    ("initializer", "initial_weights.md"),
    ("regularizer", "settings.md"),
    ("schedule", "search.md"),
    ("surface", "surfaces.md"),
]


@pytest.mark.parametrize(("kind", "page"), TABLES, ids=[kind for kind, _ in TABLES])
def test_the_table_has_all_of_a_kind(kind, page):
    text = (ROOT / "docs" / page).read_text("utf-8")
    # The last table with this head: those before it belong to experiments.
    rows = text[text.rindex(f"| {kind} |") :].partition("\n\n")[0].splitlines()[2:]
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert len(listed) == len({*listed})
    assert {*listed} == {entry.name for entry in registry.load() if entry.kind == kind and entry.built_in}
