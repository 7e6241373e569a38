"""Each test makes its own programs, of evaluations at once, so that it has programs of both kinds."""

import pytest
from ravine.fusion import stretch


@pytest.fixture(autouse=True)
def _evaluations_become_programs_at_once(monkeypatch):
    monkeypatch.setattr(stretch, "_RARE", 1)
