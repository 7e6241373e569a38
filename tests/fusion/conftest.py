"""Each test makes its own programs, of evaluations at once, so that it has programs of both kinds."""

from collections import deque

import pytest
from ravine.fusion import kernel, known, stretch


@pytest.fixture(autouse=True)
def _evaluations_become_programs_at_once(monkeypatch):
    monkeypatch.setattr(stretch, "_RARE", 1)


@pytest.fixture(autouse=True)
def _nothing_is_known_of_other_tests(monkeypatch):
    monkeypatch.setattr(known, "_KNOWN", deque())
    monkeypatch.setattr(kernel, "_SO_FAR", kernel._Work())
