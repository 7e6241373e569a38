"""Write the published verdicts with their numbers, as ``docs/claims.md`` has them, where reports find them."""

import json
import re
from pathlib import Path
from typing import Any

CLAIMS = Path(__file__).with_name("claims.md")
FILE = Path(__file__).parents[1] / "framework" / "ravine" / "reports" / "report" / "published.json"


_ROW = re.compile(r"\| \*\*(.+?)\*\* \| (.+?)(?:<br>.*)? \| ([^|]*) \|$")
_NUMBER = r"[+-]\d[\d.e+-]*"
_NUMBERS = re.compile(rf"({_NUMBER})(?: \(({_NUMBER}) to ({_NUMBER})\))?, n = ")


def published(page: str) -> dict[str, dict[str, Any]]:
    """Return by experiment and sentence the outcome that a page of claims has, and its numbers."""
    found: dict[str, dict[str, Any]] = {}
    name = ""
    for line in page.splitlines():
        if line.startswith("### "):
            name = line.removeprefix("### ")
        elif row := _ROW.match(line):
            says = row[2].replace("\\|", "|").replace("\\](", "](").replace("&lt;", "<")
            found.setdefault(name, {})[says] = {"outcome": row[1], **_numbers(row[3])}
    return found


def _numbers(cell: str) -> dict[str, Any]:
    """Return difference and interval from a cell: ``+0.64 (+0.48 to +0.65), n = 100 trials``."""
    numbers = _NUMBERS.match(cell)
    if numbers is None:
        return {"difference": None, "interval": None}
    difference, *interval = (each and float(each) for each in numbers.groups())
    return {"difference": difference, "interval": interval if None not in interval else None}


if __name__ == "__main__":
    FILE.write_text(
        json.dumps(published(CLAIMS.read_text("utf-8")), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        "utf-8",
    )
