"""Page: studies with what was asked, the answer, figures, verdicts, and where every number comes from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from os.path import relpath
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ravine.evidence.claim import Verdict
from ravine.evidence.verdicts import Findings
from ravine.records.run import is_done
from ravine.records.study import Study
from ravine.records.tuned import lost_arms, searches_below, tuned_text
from ravine.reports.outcomes import OUTCOMES, outcome_of
from ravine.reports.pages import lost
from ravine.reports.report.answer import answer
from ravine.reports.report.pictures import pictures
from ravine.reports.report.published import Published, published_of
from ravine.reports.status import counted
from ravine.reports.templates import filled, joined

__all__ = ["Entry", "entry_of", "report_page"]

_HERE = Path(__file__).parent

_LEGEND = {
    "supported": "the 95 % interval of the difference is on the claimed side, or the number of an exact claim",
    "not supported": "the interval lies on the other side, or so does the number of an exact claim",
    "inconclusive": "the interval has both sides in it, or something is missing",
    "too few seeds": "fewer seeds were asked for than the claim needs, so it is not judged",
}


@dataclass(frozen=True)
class Entry:
    """What a page shows of a study. It holds no run, so that a page can have more than memory has room for.

    Parameters
    ----------
    folder : Path
        The study's.
    verdicts : sequence of Verdict
        Those on its claims.
    shown : mapping
        What the template shows, but for the name, which depends on the other studies.
    """

    folder: Path
    verdicts: Sequence[Verdict]
    shown: Mapping[str, Any]


def report_page(title: str, sections: Mapping[str, Sequence[Entry]]) -> str:
    """Return the HTML of a page about studies.

    Parameters
    ----------
    title : str
        The page's title.
    sections : mapping of str to entries
        What it shows, in order.
    """
    entries = [entry for group in sections.values() for entry in group]
    verdicts = [verdict for entry in entries for verdict in entry.verdicts]
    names = _names([entry.folder for entry in entries])
    shown = {
        section: [
            # The page has ids of its own.
            {"name": (name := next(names)), "anchor": f"study-{quote(name)}", **entry.shown}
            for entry in group
        ]
        for section, group in sections.items()
    }
    number = sum(map(len, sections.values()))
    states = [outcome_of(verdict) for verdict in verdicts]
    return filled(
        _HERE / "page.html",
        style=joined(_HERE, ["page.css"]),
        script=joined(_HERE, ["page.js"]),
        title=title,
        sections=shown,
        several=number > 1,
        # Of one study there is no section.
        level="h3" if number > 1 else "h2",
        summary=f"{number} studies, {len(verdicts)} claims" if number > 1 else "",
        legend=[
            {"name": name, "mark": OUTCOMES[name], "key": _key(name), "says": says, "n": states.count(name)}
            for name, says in _LEGEND.items()
            if name in states
        ],
    )


def _names(folders: Sequence[Path]) -> Iterator[str]:
    """Yield what studies are called: of several in folders of one name, by their places."""
    there = [folder.resolve().name for folder in folders]
    for folder, name in zip(folders, there, strict=True):
        yield name if there.count(name) == 1 else folder.as_posix()


def entry_of(found: Findings, place: Path, player: Path | None = None) -> Entry:
    """Return what a page shows of a study.

    Parameters
    ----------
    found : Findings
        The study, and its verdicts.
    place : Path
        The folder of the page, to which links are relative.
    player : Path, optional
        The file in which its runs are played.
    """
    study, ledger = found.study, found.study.ledger
    compared = published_of(study)

    def link(path: Path) -> str:
        return quote(relpath(path, place).replace("\\", "/"))

    shown = {
        "question": ledger.question or "",
        "answer": answer(found),
        "left": _left(study),
        "source": ledger.source or "",
        "command": ledger.command,
        "player": link(player) if player else "",
        "pictures": [
            {"src": link(one.path), "alt": one.alt, "width": one.width, "height": one.height}
            for one in pictures(study)
        ],
        "verdicts": [
            _verdict(verdict, claim, compared.get(verdict.says))
            for verdict, claim in zip(found.verdicts, ledger.claims, strict=True)
        ],
        "chance": found.chance,
        "lost_arms": [str(arm) for arm in lost_arms(study)],
        "table": "\n\n".join(filter(None, (study.summary(), tuned_text(study)))),
        "links": [{"text": text, "href": link(path)} for path, text in _files(study).items() if path.exists()],
        "runs": lost(study),
        "made": _made(study),
    }
    return Entry(study.folder, found.verdicts, shown)


def _left(study: Study) -> str:
    """Return how many runs have which status, if some have not ended: ``3 runs: 2 completed, 1 stopped``."""
    statuses = [study.status(run) for run in study.ledger.runs]
    return "" if all(is_done(status, pruned=True) for status in statuses) else counted(statuses)


def _files(study: Study) -> dict[Path, str]:
    """Return files of a study, and the tables of the searches that tune its arms, with what they are."""
    own = {study.folder / name: text for name, text in _FILES.items()}
    return own | {place / "table.txt": f"search of {place.name}" for place in searches_below(study.folder)}


_FILES = {
    "study.json": "configuration",
    "table.csv": "table of runs (CSV)",
    "table.txt": "table",
    "claims.json": "verdicts (JSON)",
}


def _verdict(verdict: Verdict, claim: Any, before: Published | None) -> dict[str, Any]:
    name = outcome_of(verdict)
    unit = verdict.of or (
        "pairs" if isinstance(claim.get("than"), Mapping) or "than_metric" in claim else "runs"
    )
    evidence = _numbers(verdict.difference, verdict.interval)
    if verdict.n:
        evidence.append(f"{verdict.n} {_ONE[unit] if verdict.n == 1 else unit}")
    other = before if before and not before.has_numbers_of(verdict) else None
    return {
        "outcome": name,
        "key": _key(name),
        "mark": OUTCOMES[name],
        "says": verdict.says,
        "quote": str(verdict.quote or ""),
        "evidence": ", ".join(evidence),
        "remarks": "; ".join(filter(None, (*verdict.remarks, verdict.correction))),
        "published": before.outcome if before and before.outcome != name else "",
        "published_evidence": ", ".join(_numbers(other.difference, other.interval)) if other else "",
    }


def _numbers(difference: float | None, interval: tuple[float, float] | None) -> list[str]:
    """Return a difference and its interval in words: ``−0.024``, ``95 % −0.027 to −0.02``."""
    words = [] if difference is None else [_number(difference)]
    return [*words, f"95 % {_number(interval[0])} to {_number(interval[1])}"] if interval else words


_ONE = {"pairs": "pair", "runs": "run", "trials": "trial", "searches": "search"}


def _number(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−") if math.isfinite(value) else "not finite"


def _key(name: str) -> str:
    return name.replace(" ", "-")


def _made(study: Study) -> list[tuple[str, str]]:
    """Return with what, where and when the runs were made, and their seeds."""
    runs = [*study.runs.values()]
    if not runs:
        return []
    versions: dict[str, list[str]] = {}
    for run in runs:
        for name, version in run.provenance.get("versions", {}).items():
            versions.setdefault(name, []).append(str(version))
    machines = dict.fromkeys(str(run.provenance.get("platform", "unknown")) for run in runs)
    pythons = dict.fromkeys(str(run.provenance.get("python", "unknown")) for run in runs)
    seeds = sorted({run.config["seed"] for run in runs})
    day = datetime.fromtimestamp(study.ended / 1e9, tz=UTC).date().isoformat()
    seconds = sum(run.seconds for run in runs if math.isfinite(run.seconds))
    return [
        ("versions", ", ".join(f"{name} {' and '.join(dict.fromkeys(of))}" for name, of in versions.items())),
        ("Python", ", ".join(pythons)),
        ("machine", ", ".join(machines)),
        ("ended", day),
        ("seeds", ", ".join(map(str, seeds)) if len(seeds) <= _SEEDS else f"{len(seeds)} seeds"),
        ("training", f"{seconds:.0f} s" if seconds >= 1 else "under 1 s"),
    ]


# The most seeds that are written out.
_SEEDS = 12
