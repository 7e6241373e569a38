"""Report: a page about one study or several, or every study of a folder, with pages that play their runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ravine.base.errors import ConfigError, IncompleteError, PluginError, PluginWarning
from ravine.base.standard_error import say
from ravine.base.warn import warn
from ravine.evidence.verdicts import Findings, judge_study
from ravine.records.files import write_atomically
from ravine.records.ledger import LEDGER
from ravine.records.study import Study, load_study
from ravine.records.tuned import searches_below
from ravine.registry.provenance import warn_of_changes
from ravine.reports.chapter import by_section, findings_in
from ravine.reports.player.page import play_page
from ravine.reports.report.page import Entry, entry_of, report_page

__all__ = ["PLAYER", "refuse_other_files", "report", "write_report"]

PLAYER = "play.html"


def report(folders: Sequence[Path], into: Path | None = None, title: str | None = None) -> Path:
    """Write the page of a study, or of several, and return its place.

    Parameters
    ----------
    folders : sequence of Path
        Studies, or folders of studies.
    into : Path, optional
        The page: by default ``report.html`` in the study, ``index.html`` in the folder of studies, and for
        several ``report.html`` here.
    title : str, optional
        What stands above: by default the question of the study, or the names of the folders.

    Raises
    ------
    ValueError
        If there is no study, or the page is not a file of HTML.
    IncompleteError
        If a claim could not be judged; the page is written.
    """
    refuse_other_files(into, "report.html")
    once = {folder.resolve(): folder for folder in folders}
    first, *others = once.values()
    is_study = (first / LEDGER).exists()
    page = Path("report.html") if others else first / ("report.html" if is_study else "index.html")
    single = is_study and not others
    path = into or page
    entries: dict[Path, Entry] = {}
    question, lost = None, list[str]()
    for folder in once.values():
        for found in _findings(folder):
            # A study may be named, and lie in a folder that is named too.
            if found.study.folder.resolve() in entries:
                continue
            warn_of_changes(found.study)
            for text in found.study.unreadable.values():
                say(f"ravine: warning: {text}")
            entries[found.study.folder.resolve()] = entry(found, path)
            question = found.study.ledger.question
            lost += found.lost
    names = ", ".join(folder.name for folder in once)
    sections = (
        {"Study": [*entries.values()]} if single else by_section(entries.values(), lambda one: one.folder)
    )
    write_report(title or (question if single else None) or names, sections, path)
    if lost:
        raise IncompleteError("\nravine: ".join([*lost, f"{path.as_posix()} is written without them"]))
    return path


def refuse_other_files(into: Path | None, name: str) -> None:
    """Refuse a place for a page that no browser would open; ``name`` is what it is called in a folder.

    Raises
    ------
    ValueError
        If it is a folder, or its name does not end as that of a file of HTML does.
    """
    if into is not None and (into.is_dir() or into.suffix.lower() not in (".html", ".htm")):
        file = into / name if into.is_dir() else into.with_suffix(".html")
        raise ValueError(f"--into {into}: the page is a file of HTML, {file.as_posix()}")


def _findings(folder: Path) -> Iterator[Findings]:
    """Yield the study of a folder, or those in it, with their verdicts."""
    if (folder / LEDGER).exists():
        yield judge_study(load_study(folder))
        return
    there = False
    for found in findings_in(folder):
        there = True
        yield found
    if there:
        return
    if searches_below(folder):
        # It says where they are, and that there is nothing else yet.
        load_study(folder)
    raise ValueError(f"{folder}: neither a study nor a folder of studies")


def entry(found: Findings, path: Path) -> Entry:
    """Return what a page shows of a study, and write the page in which its runs are played, if they can be."""
    return entry_of(found, path.parent, _player(found.study))


def write_report(title: str, sections: Mapping[str, Sequence[Entry]], path: Path) -> None:
    """Write a page about studies."""
    write_atomically(path, report_page(title, sections).encode())


def _player(study: Study) -> Path | None:
    """Write the page of a study's descents, unless it is newer than they are; return its place.

    That of networks takes long: it is not written here, and found if ``ravine play`` has written it.
    """
    path = study.folder / PLAYER
    # The ledger says which runs are there.
    newest = max(study.ended, (study.folder / LEDGER).stat().st_mtime_ns)
    is_new = path.exists() and path.stat().st_mtime_ns >= newest
    if not any("path" in run.arrays for run in study.runs.values()):
        return path if is_new else None
    if not is_new:
        try:
            content = play_page(study, study.folder.resolve().name)
        # The report is not lost for a component that is not here any more.
        except (ConfigError, PluginError, ValueError) as error:
            warn(f"{study.folder}: its descents cannot be played here: {error}", PluginWarning)
            return None
        study.write(PLAYER, content.encode())
    return path
