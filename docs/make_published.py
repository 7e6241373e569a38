"""Write the published verdicts, as ``docs/claims.md`` has them, where reports find them."""

import json
import re
from pathlib import Path

CLAIMS = Path(__file__).with_name("claims.md")
FILE = Path(__file__).parents[1] / "framework" / "ravine" / "reports" / "report" / "published.json"


def published(page: str) -> dict[str, dict[str, str]]:
    """Return by experiment and sentence the outcome that a page of claims has."""
    found: dict[str, dict[str, str]] = {}
    name = ""
    for line in page.splitlines():
        if line.startswith("### "):
            name = line.removeprefix("### ")
        elif row := re.match(r"\| \*\*(.+?)\*\* \| (.+?)(?:<br>.*)? \| [^|]* \|$", line):
            says = row[2].replace("\\|", "|").replace("\\](", "](").replace("&lt;", "<")
            found.setdefault(name, {})[says] = row[1]
    return found


if __name__ == "__main__":
    FILE.write_text(
        json.dumps(published(CLAIMS.read_text("utf-8")), indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
