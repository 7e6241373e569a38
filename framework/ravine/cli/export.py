"""Export: tells trackers of runs that have ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ravine.base.errors import IncompleteError
from ravine.base.types import Named, name_of
from ravine.cli.studies import say_what_is_missing
from ravine.execution.tracking import export
from ravine.records.study import load_study
from ravine.registry.make import make_trackers

__all__ = ["export_all"]


def export_all(folders: Sequence[Path], trackers: Sequence[Named]) -> None:
    """Tell each tracker of the runs of each study, and print how many it has taken.

    Parameters
    ----------
    folders : list of Path
        Those of the studies.
    trackers : list of str or mapping
        By name, or with their fields.

    Raises
    ------
    ValueError
        If there is no such study or tracker.
    IncompleteError
        If a tracker did not take a run; all others are told.
    """
    make_trackers(trackers, "--to")
    studies = list(map(load_study, folders))
    failed = []
    for study in studies:
        folder = study.folder.as_posix()
        for tracker in trackers:
            lost, runs = export(study, tracker), len(study.runs)
            name, told = name_of(tracker), runs - len(lost)
            print(f"{folder}: {told} run{'s' * (told != 1)} to {name}", flush=True)
            if lost:
                failed.append(f"{name} did not take {len(lost)} of {runs} runs of {folder}")
        say_what_is_missing(study, folder)
    if failed:
        raise IncompleteError("\nravine: ".join(failed))
