"""Drop: takes runs out of a study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ravine.cli.studies import stages
from ravine.records.files import instead, remove
from ravine.records.ledger import Ledger
from ravine.records.locks import making_none
from ravine.records.study import load_study
from ravine.reports.filters import only

__all__ = ["drop"]


def drop(folder: Path, words: Sequence[str]) -> str:
    """Take runs out of a study, and return a sentence on what is left; their folders stay.

    Parameters
    ----------
    folder : Path
        That of the study.
    words : list of str
        ``COLUMN=VALUE``: the runs with these settings.

    Raises
    ------
    ValueError
        If there is no such study or run, it is a search, no run would be left, or runs of it are being made.
    """
    Ledger.read(folder)
    with making_none(folder) as nobody:
        study = load_study(folder)
        if study.ledger.search:
            raise ValueError(f"{folder}: it is a search, whose trials belong together")
        dropped = only(study, words).ledger.runs
        if len(dropped) == len(study.ledger.runs):
            raise ValueError(f"{folder}: these are all of its runs")
        # The command writes into the ledger what it asks for. Not every system says that it is there.
        runs = ((each, run) for each in stages(folder) for run in each.ledger.runs)
        if not nobody or any(each.status(run) == "running" for each, run in runs):
            makes = "a command is making runs of it, and may ask for dropped ones again"
            raise ValueError(f"{folder}: {makes}; drop them when it has ended")
        fewer = f"ravine table {folder} COLUMN=VALUE shows fewer runs"
        with instead(folder, f"a copy of the folder can be changed, and {fewer}"):
            Ledger.drop(folder, dropped)
            load_study(folder).write_table()
            remove(folder / "claims.json")
    left = len(study.ledger.runs) - len(dropped)
    then = f"ravine figures {folder} draws and judges them"
    runs_out = "1 run" if len(dropped) == 1 else f"{len(dropped)} runs"
    return f"{folder}: {runs_out} taken out, {left} left; {then}"
