"""Published: the verdicts that the documentation prints, of the whole profile."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

__all__ = ["published"]

_FILE = Path(__file__).with_name("published.json")


@functools.cache
def published() -> Mapping[str, Mapping[str, str]]:
    """Return by experiment and sentence the outcome that is on the page of claims."""
    found: Mapping[str, Mapping[str, str]] = json.loads(_FILE.read_text("utf-8"))
    return found
