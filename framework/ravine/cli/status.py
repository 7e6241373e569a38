"""Status: how far a study has got, once or until no run of it goes on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ravine.base.tables import as_json
from ravine.cli.show import show
from ravine.cli.studies import stages
from ravine.records.study import Study
from ravine.registry.provenance import warn_of_changes
from ravine.reports.status import as_dict, status

__all__ = ["print_status", "watch"]


def print_status(folder: Path, *, json: bool) -> None:
    """Print the status of a study, and of the searches that tune it.

    Raises
    ------
    ValueError
        If there is no such study.
    """
    studies = stages(folder)
    for study in studies:
        warn_of_changes(study)
    if json:
        follows = _follows(studies, folder)
        print(as_json([as_dict(study, follows=follows) for study in studies]))
    else:
        show(_text(studies, folder))


def watch(folder: Path, every: float) -> None:
    """Print it whenever it has changed, looking at it with so many seconds between, until no run goes on.

    Raises
    ------
    ValueError
        If there is no such study.
    """
    before, idle = "", 0
    # Between two runs none goes on for a moment.
    while idle < _IDLE:
        studies = stages(folder)
        text = _text(studies, folder)
        goes_on = any(study.status(run) == "running" for study in studies for run in study.missing)
        idle = 0 if goes_on else idle + 1
        if text != before:
            show(f"{_CLEAR}{text}" if sys.stdout.isatty() else text)
        before = text
        if idle < _IDLE:
            time.sleep(every)


# Moves to the corner of a terminal and clears it.
_CLEAR = "\x1b[H\x1b[2J"

_IDLE = 3


def _text(studies: list[Study], folder: Path) -> str:
    follows = _follows(studies, folder)
    return "\n\n".join(status(study, follows=follows) for study in studies)


def _follows(studies: list[Study], folder: Path) -> bool:
    """Whether the study of the folder itself is still to come, after those that tune it."""
    return studies[-1].folder != folder
