"""Table: the results of a study, or of several together, as they are printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ravine.base.colour import is_wanted
from ravine.cli.studies import as_one, say_what_is_missing
from ravine.records.tuned import tuned_text
from ravine.reports.table import Form, Look, table

__all__ = ["print_table"]


def print_table(folders: Sequence[Path], look: Look, *, runs: bool, form: Form) -> None:
    """Print a table, of one study that was tuned also what was chosen; say how many runs are missing.

    Parameters
    ----------
    folders : list of Path
        Those of the studies.
    look : Look
        Which runs and metrics, in which order.
    runs : bool
        Whether every run has a row.
    form : "text", "csv", "json", "markdown" or "latex"
        How it is written.

    Raises
    ------
    ValueError
        If there is no such study, column, value or metric.
    """
    study = as_one(folders)
    print(table(study, look, runs=runs, form=form, bold=is_wanted(sys.stdout)), end="")
    if form == "text" and not runs and len(folders) == 1 and (chosen := tuned_text(study)):
        print(f"\n{chosen}")
    say_what_is_missing(study, str(folders[0]))
