"""Evaluations become programs at once, so that each test of layers has programs of both kinds."""

import pytest
from ravine.fusion import stretch


@pytest.fixture(autouse=True)
def _evaluations_become_programs_at_once(monkeypatch):
    monkeypatch.setattr(stretch, "_RARE", 1)
