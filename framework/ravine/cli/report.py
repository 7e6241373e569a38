"""Report: a page about a study, or about every study of a folder, with pages on which runs are played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ravine.evidence.verdicts import Findings, judge_study
from ravine.records.files import write_atomically
from ravine.records.ledger import LEDGER
from ravine.records.study import Study, load_study
from ravine.registry.provenance import warn_of_changes
from ravine.reports.chapter import by_section, findings_in
from ravine.reports.player.page import play_page
from ravine.reports.report.page import report_page

__all__ = ["PLAYER", "report", "write_report"]

PLAYER = "play.html"


def report(folder: Path) -> Path:
    """Write the page of a study, or of all studies of a folder, and return its place.

    Raises
    ------
    ValueError
        If there is no study.
    """
    if (folder / LEDGER).exists():
        found = [judge_study(load_study(folder))]
        title = found[0].study.ledger.question or folder.resolve().name
        sections, path = {"Study": found}, folder / "report.html"
    else:
        found = findings_in(folder)
        if not found:
            raise ValueError(f"{folder}: neither a study nor a folder of studies")
        title, sections, path = folder.resolve().name, by_section(found), folder / "index.html"
    for findings in found:
        warn_of_changes(findings.study)
    write_report(title, sections, path)
    return path


def write_report(title: str, sections: Mapping[str, Sequence[Findings]], path: Path) -> None:
    """Write a page about studies, and a page for each whose runs can be watched step by step."""
    page = report_page(title, sections, path.parent, _player)
    write_atomically(path, page.encode())


def _player(study: Study) -> Path | None:
    """Write the page of a study's descents, unless it is newer than they are; return its place."""
    if not any("path" in run.arrays for run in study.runs.values()):
        return None
    path = study.folder / PLAYER
    if not path.exists() or path.stat().st_mtime_ns < study.ended:
        study.write(PLAYER, play_page(study, study.folder.name).encode())
    return path
