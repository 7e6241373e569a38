"""Pages: the findings of studies, as a page for a browser and as a page for the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

from ravine.base.names import shown
from ravine.base.types import name_of
from ravine.evidence.claim import Verdict
from ravine.evidence.families import by_chance, family
from ravine.evidence.verdicts import Findings
from ravine.records.study import Study

__all__ = [
    "claims_page",
    "figures",
    "index_page",
    "tally",
]


_STYLE = Path(__file__).with_name("index.css")

OUTCOMES = {"supported": "✓", "not supported": "✗", "inconclusive": "?"}


def tally(verdicts: Sequence[Verdict]) -> str:
    """Return how many claims had which outcome: ``3 supported, 1 not supported``."""
    counts = {name: sum(verdict.outcome == name for verdict in verdicts) for name in OUTCOMES}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no claims"


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
    return ", ".join([f"{n} run{'s' * (n > 1)}", *proposed, *parts])


# ---- for the documentation -----------------------------------------------------------------------------------


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
                cells = (f"**{verdict.outcome}**", verdict.says, evidence(verdict))
                lines.append("| " + " | ".join(map(_cell, cells)) + " |")
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


# ---- for a browser -------------------------------------------------------------------------------------------


def index_page(title: str, sections: Mapping[str, Sequence[Findings]], place: Path) -> str:
    """Return every study's question, command, figures, verdicts and table, in HTML.

    Parameters
    ----------
    title : str
        The page's title.
    sections : mapping of str to findings
        Studies and their verdicts, in order.
    place : Path
        The folder of the page, to which links are relative.
    """
    everything = [verdict for group in sections.values() for found in group for verdict in found.verdicts]
    number = sum(map(len, sections.values()))
    counted = [f"{number} experiments; of {len(everything)} claims {tally(everything)}", _chance(everything)]
    contents, bodies = [], []
    for section, group in sections.items():
        contents.append(f"<li>{escape(section)}<ul>")
        bodies.append(f"<h2>{escape(section)}</h2>")
        for found in group:
            name = found.study.folder.name
            counts = f" <small>{escape(tally(found.verdicts))}</small>" if found.verdicts else ""
            contents.append(f'<li><a href="#{quote(name)}">{escape(name)}</a>{counts}</li>')
            bodies.append(_study(found, place))
        contents.append("</ul></li>")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title>\n<style>{_STYLE.read_text()}</style>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{escape('; '.join(filter(None, counted)))}.</p>",
            f"<nav><ul>{''.join(contents)}</ul></nav>",
            *bodies,
            "</html>\n",
        ]
    )


def _study(found: Findings, place: Path) -> str:
    study, verdicts = found.study, found.verdicts
    name = study.folder.name
    parts = [f'<h3 id="{escape(quote(name))}">{escape(name)}</h3>']
    about = "; ".join(filter(None, (lost(study), study.ledger.source)))
    parts.append(f"<p>{escape(study.ledger.question or '')} <small>{escape(about)}</small></p>")
    parts.append(f"<pre>{escape(study.ledger.command)}</pre>")
    for picture in figures(study):
        link = quote(relpath(picture, place))
        alt = escape(f"{name}: {picture.stem.replace('_', ' ')}", quote=True)
        parts.append(f'<a href="{link}"><img src="{link}" alt="{alt}" loading="lazy"></a>')
    if verdicts:
        parts.append(f'<div class="wide"><table>{"".join(map(_row, verdicts))}</table></div>')
    if found.chance:
        parts.append(f"<p><small>{escape(found.chance)}</small></p>")
    parts.append(f"<details><summary>table</summary><pre>{escape(study.summary())}</pre></details>")
    return "\n".join(parts)


def _row(verdict: Verdict) -> str:
    mark = f"{OUTCOMES[verdict.outcome]} {verdict.outcome}"
    kind = verdict.outcome.partition(" ")[0]
    cells = (
        f'<td class="{kind}">{mark}</td>',
        f"<td>{escape(verdict.says)}</td>",
        f"<td>{escape(', '.join(filter(None, (evidence(verdict), verdict.correction))))}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def figures(study: Study) -> list[Path]:
    """Return the files of a study's pictures that exist, in the order of its figures."""
    names = map(name_of, study.ledger.figures)
    places = [study.folder / "figures" / f"{name}.{suffix}" for name in names for suffix in ("png", "gif")]
    return [path for path in places if path.exists()]
