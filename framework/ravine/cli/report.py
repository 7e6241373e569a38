"""Report: a page about a study, or about every study of a folder, with pages on which runs are played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ravine.base.errors import ConfigError, IncompleteError, PluginError, PluginWarning
from ravine.base.standard_error import say
from ravine.base.warn import warn
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
    IncompleteError
        If a claim could not be judged; the page is written.
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
        for text in findings.study.unreadable.values():
            say(f"ravine: warning: {text}")
    write_report(title, sections, path)
    if lost := [sentence for findings in found for sentence in findings.lost]:
        raise IncompleteError("\nravine: ".join([*lost, f"{path.as_posix()} is written without them"]))
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
    # The ledger says which runs are there.
    newest = max(study.ended, (study.folder / LEDGER).stat().st_mtime_ns)
    if not path.exists() or path.stat().st_mtime_ns < newest:
        try:
            content = play_page(study, study.folder.resolve().name)
        # The report is not lost for a component that is not here any more.
        except (ConfigError, PluginError, ValueError) as error:
            warn(f"{study.folder}: its descents cannot be played here: {error}", PluginWarning)
            return None
        study.write(PLAYER, content.encode())
    return path
