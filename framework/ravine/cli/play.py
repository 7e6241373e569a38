"""Play: the page on which runs are played, as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ravine.base.names import shown
from ravine.cli.report import PLAYER, refuse_other_files
from ravine.records.files import write_atomically
from ravine.records.study import Study
from ravine.reports.filters import only as chosen
from ravine.reports.player.page import play_page

__all__ = ["play"]


def play(
    study: Study, only: Sequence[str], folders: Sequence[Path], into: Path | None, title: str | None
) -> str:
    """Write the page of a study, and return its place and size.

    Parameters
    ----------
    study : Study
        That of the folders, or several as one.
    only : list of str
        ``COLUMN=VALUE``: runs with these settings.
    folders : list of Path
        Those of the studies.
    into : Path or None
        The file. By default it lies in the folder of a study, where its report finds it, if the page has all
        runs and no other title; else in the current one. No other page may have that place.
    title : str or None
        The page's title; by default the names of the studies.

    Raises
    ------
    ValueError
        If there is no such run or nothing to play; or if the file is not one of HTML, or that of another page.
    """
    refuse_other_files(into, PLAYER)
    names = ", ".join(folder.resolve().name for folder in folders)
    content = play_page(chosen(study, only), title or names).encode()
    whole = len(folders) == 1 and not only and title is None
    if into is not None and not whole and into.resolve() in [folder.resolve() / PLAYER for folder in folders]:
        raise ValueError(
            f"--into {into}: the report of that study takes this file for the page of all its runs"
        )
    path = into or (folders[0] / PLAYER if whole else Path(PLAYER))
    if into is None and whole:
        study.write(PLAYER, content)
    else:
        write_atomically(path, content)
    return f"{shown(path.as_posix())} ({len(content) / 1024:.0f} KiB)"
