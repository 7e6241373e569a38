"""Pages: the findings of studies, as a page for the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ravine.base.names import shown
from ravine.evidence.claim import Verdict
from ravine.evidence.families import by_chance, family
from ravine.evidence.verdicts import Findings
from ravine.records.study import Study
from ravine.reports.outcomes import tally

__all__ = ["claims_page", "lost"]


def evidence(verdict: Verdict) -> str:
    """Return what a verdict rests on: difference, interval, pairs, and what is left out."""
    parts = []
    if verdict.difference is not None:
        parts.append(f"{verdict.difference:+.3g}")
    if verdict.interval:
        parts.append(f"({verdict.interval[0]:+.3g} to {verdict.interval[1]:+.3g})")
    return ", ".join([*parts, verdict.rests_on, *verdict.remarks]).replace(", (", " (")


def lost(study: Study) -> str:
    """Return how many of a study's runs there are, and how many did not complete."""
    counts = {status: 0 for status in ("diverged", "failed")}
    for run in study.runs.values():
        counts[run.status] = counts.get(run.status, 0) + 1
    counts["missing"] = len(study.missing)
    parts = [f"{count} {status}" for status, count in counts.items() if count and status != "completed"]
    n = len(study.ledger.runs)
    proposed = [study.trials] if study.to_come else []
    return ", ".join([f"{n} run{'s' * (n != 1)}", *proposed, *parts])


def claims_page(sections: Mapping[str, Sequence[Findings]]) -> str:
    """Return the claims of studies and their verdicts, in Markdown."""
    everything = [verdict for group in sections.values() for found in group for verdict in found.verdicts]
    if not everything:
        return "no claims\n"
    chance = _chance(everything)
    lines = [
        "# Claims",
        "",
        f"What runs say of {len(everything)} sentences: {tally(everything)}.",
        "A claim is judged on the differences between runs, or searches, of one seed, by their mean and its",
        "95 % bootstrap interval; one on the trials of one search by the interval over these; an exact one,",
        "where nothing is left to chance, by the number. `ravine -m experiment=NAME` makes runs and",
        "verdicts of an experiment again, `ravine reproduce` all of them.",
        *([f"{chance}.", "`ravine claims` says which verdicts a correction for this keeps."] if chance else []),
    ]
    for section, group in sections.items():
        lines += ["", f"## {_line(section)}"]
        for found in group:
            study, verdicts = found.study, found.verdicts
            lines += ["", f"### {_line(study.folder.name)}", ""]
            end = "" if verdicts else "No claims."
            lines.append(" ".join(filter(None, (_line(study.ledger.question or ""), f"{lost(study)}.", end))))
            lines += ["", "| verdict | claim | difference |", "|---|---|---|"] if verdicts else []
            for verdict in verdicts:
                cells = [_cell(f"**{verdict.outcome}**"), _cell(verdict.says), _cell(evidence(verdict))]
                if verdict.quote:
                    cells[1] += f"<br>*{_cell(str(verdict.quote))}*"
                lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _chance(verdicts: Sequence[Verdict]) -> str:
    """Return how many verdicts chance would decide; empty if no claim is judged by an interval."""
    n = len(family(verdicts))
    decided = f"{n} are judged by an interval; if nothing differed, chance would decide about"
    return f"{decided} {by_chance(verdicts):.2g} of these" if n else ""


def _line(text: str) -> str:
    """Return a text as a part of a line, without marks of HTML, and without links."""
    return shown(" ".join(text.replace("<", "&lt;").split())).replace("](", "\\](")


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
