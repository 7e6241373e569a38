"""Write the table of claims whose number is ours into the page of the notes, from claims and verdicts.

``python docs/make_thresholds.py`` takes the published verdicts: ``python docs/make_published.py`` comes first.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ravine.reports.chapter import chapter
from ravine.reports.report.published import published

DOCS = Path(__file__).parent
PAGE = DOCS / "notes.md"
TABLE = re.compile(r"(<!-- thresholds -->\n)(.*?)(<!-- end of thresholds -->)", re.DOTALL)

# Numbers of claims, by experiment, that somebody else has set.
GIVEN = {
    "activations": {0.5: "more than half"},
    "adagrad_against_rmsprop": {0.1: "the rate", 1.0: "ten times the rate"},
    "adam_on_ravine": {0.3: "the rate"},
    "aim_of_gradients": {0.5: "more than half"},
    "escape": {0.0754: "where the pass is", 0.5: "half of the way"},
    "learning_rate_sensitivity": {1: "a run that diverged"},
    "optimizer_paths": {1: "arrays", 2: "arrays"},
    "random_search": {0.14: "the notes' own"},
    "sgd_on_ravine": {28: "every step"},
}
# Two numbers that are as close are the same but for rounding.
_ROUNDING = 1e-5


def table() -> str:
    """Return the table."""
    lines = ["| experiment | claim | number | verdict | the same with |", "|---|---|---|---|---|"]
    for name, claim in _ours():
        found = published()[name][claim["says"]]
        low, high = found.interval or (found.difference, found.difference)
        same = _same(claim, found.outcome, low, high)
        cells = [f"`{name}`", claim["says"], f"{_number(claim):g}", found.outcome, same]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _ours() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield experiments of the notes with their claims whose number nobody else has set."""
    for item in chapter():
        if item.section.startswith(("Papers", "Data")):
            continue
        experiment = yaml.safe_load((DOCS.parent / "conf/experiment" / f"{item.name}.yaml").read_text("utf-8"))
        for claim in experiment["claims"]:
            given = {0.0, *GIVEN.get(item.name, ())}
            if (number := _number(claim)) is not None and number not in given:
                yield item.name, claim


def _number(claim: Mapping[str, Any]) -> float | None:
    """Return the number that decides a claim, None if two runs do."""
    if claim["is"] == "equal" and claim.get("within", 0) > _ROUNDING:
        return float(claim["within"])
    than = claim.get("than", 0.0)
    return float(than) if isinstance(than, int | float) else None


def _same(claim: Mapping[str, Any], outcome: str, low: float, high: float) -> str:
    """Return the numbers with which the verdict would be the same; low and high are ends of the difference."""
    if claim["is"] == "equal" and claim.get("within", 0) > _ROUNDING:
        near = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
        far = max(abs(low), abs(high))
    else:
        than = float(claim.get("than", 0.0))
        near, far = than + low, than + high
    falls = {
        "supported": claim["is"] == "higher",
        "not supported": claim["is"] != "higher",
    }.get(outcome)
    if falls is None:
        return f"any from {near:.3g} to {far:.3g}"
    return f"any below {near:.3g}" if falls else f"any above {far:.3g}"


if __name__ == "__main__":
    made = table()
    text = TABLE.sub(lambda match: match[1] + made + match[3], PAGE.read_text("utf-8"))
    PAGE.write_text(text, "utf-8")
