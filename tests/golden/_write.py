"""How numbers of other libraries are written down: one file of JSON for each component."""

import json
from pathlib import Path

REFERENCES = Path(__file__).parents[2] / "plugins" / "ravine_plugins" / "references"


def write(made_by: str, kind: str, sources: dict[str, list[dict]]) -> None:
    """Write the sources of each component of a kind, a line each, and print how large the files are."""
    folder = REFERENCES / kind
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sources.items():
        lines = ",\n  ".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
        text = f'{{"made_by": "tests/golden/{made_by}", "sources": [\n  {lines}\n]}}\n'
        (folder / f"{name}.json").write_text(text, "utf-8", newline="\n")
        print(f"{kind}/{name}.json: {len(rows)} sources, {len(text)} bytes")
